/** Something that makes its own bytes when it is sent, as sarama's Encoder does. A string is sent as UTF-8. */
export interface Encoder {
  encode(): Uint8Array | string
}

/** The bytes of a key, a value or a header. A string is sent as UTF-8. */
export type Data = string | Uint8Array | Encoder

/** Headers by name, or as a list when one name comes more than once in between others. Order is kept. */
export type HeadersInit =
  | Readonly<Record<string, Data | null | readonly (Data | null)[]>>
  | Iterable<readonly [string, Data | null]>

/** A message to send. `K` and `V` are what the producer's serializers take. */
export interface ProducerMessage<K = Data, V = Data> {
  readonly topic: string
  /** Messages with the same key go to the same partition. Absent is null, which is not the same as empty. */
  readonly key?: K | null | undefined
  /** Absent is null: in a compacted topic that is a tombstone, which deletes the key. */
  readonly value?: V | null | undefined
  readonly headers?: HeadersInit | undefined
  /** Overrides the partitioner. */
  readonly partition?: number | undefined
  /** Milliseconds since 1970; by default the time of the call. */
  readonly timestamp?: number | undefined
  /** Anything of the caller's. It is not sent: the message comes back with it in the {@link DeliveryReport}. */
  readonly metadata?: unknown
}

/** Where a message was written. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** -1n where the broker did not tell: always with `acks: 0`. */
  readonly offset: bigint
  /** Milliseconds since 1970: the message's own, or the broker's where the topic uses log-append time. */
  readonly timestamp: number
}

/** What became of messages that left as one batch. */
export interface DeliveryReport<K = Data, V = Data> {
  readonly topic: string
  /** -1 where the messages failed before they had a partition, as their topic could not be found. */
  readonly partition: number
  /** The offset of the first message; the others follow without gaps. -1n where it is not known, or they failed. */
  readonly baseOffset: bigint
  /** The messages as they were given, in the order of their offsets. */
  readonly messages: readonly ProducerMessage<K, V>[]
  /** Why none of them was written; absent where all were. */
  readonly error?: unknown
}

/** Sees each message before it is serialized. */
export interface ProducerInterceptor<K = Data, V = Data> {
  /**
   * Answers the message to send instead, or nothing where it may stay as it is. What it throws is logged, and the message is sent
   * as it was, as Java does.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: one that only looks at messages need not return anything
  onSend(message: ProducerMessage<K, V>): ProducerMessage<K, V> | void
}

/** What a producer holds and has done so far. */
export interface ProducerStats {
  /** What counts towards `producer.maxBufferedBytes`. */
  readonly bufferedBytes: number
  /** Messages that have no outcome yet. */
  readonly bufferedMessages: number
  /** Calls of `send` and `ready` that wait for room. */
  readonly waiting: number
  /** Produce requests that have not been answered yet. */
  readonly requestsInFlight: number
  /** Batches that were closed, by now. */
  readonly batches: number
  /** Messages that were written, as the broker said. */
  readonly delivered: number
  /** Messages that were reported as failed. */
  readonly failed: number
  /** Batches that were sent again. */
  readonly retries: number
  /** Bytes of closed batches before compression, divided by those after it; 1 without compression or batches. */
  readonly compressionRatio: number
}
