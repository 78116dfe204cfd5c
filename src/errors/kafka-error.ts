/**
 * What an error asks the caller to do next. Retry policy is this data, not switches spread over the code.
 *
 * - `none`: nothing helps; the request itself is at fault.
 * - `retry`: the same request may succeed later.
 * - `refresh-metadata`: the view of the cluster is stale; refresh it, then retry.
 * - `find-coordinator`: the coordinator has moved; look it up again, then retry.
 * - `rejoin`: the group member must join the group again.
 * - `fatal`: this client instance cannot go on.
 */
export type Remedy = 'none' | 'retry' | 'refresh-metadata' | 'find-coordinator' | 'rejoin' | 'fatal'

export interface KafkaErrorOptions {
  readonly cause?: unknown
}

/** Whether the same call may succeed later: what samsa itself goes by. */
export function mayHeal({ remedy }: KafkaError): boolean {
  return remedy === 'retry' || remedy === 'refresh-metadata' || remedy === 'find-coordinator'
}

/** The base of every error that samsa throws or reports. */
export abstract class KafkaError extends Error {
  /** A stable name for the kind of error, for `switch`; a broker's error carries Kafka's own name. */
  abstract readonly code: string
  /** What would help. */
  abstract readonly remedy: Remedy

  constructor(message: string, options?: KafkaErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }

  /** Whether the same call may succeed when it is made again. */
  get retriable(): boolean {
    return mayHeal(this)
  }
}
