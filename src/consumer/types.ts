/**
 * Where reading begins: the start of the log, its end, an offset, or a time (the first message that is not older; the end
 * of the log when there is none).
 */
export type StartOffset = 'oldest' | 'newest' | bigint | Date

export interface ConsumePartitionOptions {
  /** Default `consumer.offsets.initial`. */
  readonly from?: StartOffset | undefined
  /** Ends the iteration, as `close()` does. */
  readonly signal?: AbortSignal | undefined
}
