/** The bytes of a key, a value or a header. A string is sent as UTF-8. */
export type Data = string | Uint8Array

/** Headers by name, or as a list when one name comes more than once in between others. Order is kept. */
export type HeadersInit =
  | Readonly<Record<string, Data | null | readonly (Data | null)[]>>
  | Iterable<readonly [string, Data | null]>

/** A message to send. */
export interface ProducerMessage {
  readonly topic: string
  /** Messages with the same key go to the same partition. Absent is null, which is not the same as empty. */
  readonly key?: Data | null | undefined
  /** Absent is null: in a compacted topic that is a tombstone, which deletes the key. */
  readonly value?: Data | null | undefined
  readonly headers?: HeadersInit | undefined
  /** Overrides the partitioner. */
  readonly partition?: number | undefined
  /** Milliseconds since 1970; by default the time of the call. */
  readonly timestamp?: number | undefined
}

/** Where a message was written. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** -1n with `acks: 0`, where the broker tells nothing. */
  readonly offset: bigint
  /** Milliseconds since 1970: the message's own, or the broker's where the topic uses log-append time. */
  readonly timestamp: number
}
