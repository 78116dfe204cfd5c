/** Where a batch is in its log, and since when. */
export interface AppendedAt {
  readonly baseOffset: bigint
  /** When the broker took it, in milliseconds of the cluster's clock. */
  readonly appendedAtMs: number
}

/** What a log keeps of a batch. */
export interface AppendedBatch extends AppendedAt {
  readonly lastOffset: bigint
  /** Milliseconds since 1970; -1 where its records have no timestamps. */
  readonly maxTimestamp: number
  /** The batch as it is read, with its offset and leader epoch. */
  readonly bytes: Buffer
}

/** The producer's part of a batch. `baseSequence` is -1 in control batches. */
export interface ProducerBatch {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly isTransactional: boolean
}
