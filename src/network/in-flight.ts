import type { Writer } from '../protocol/writer.ts'

/** A request that waits for its turn or for its answer. */
export interface Exchange {
  readonly name: string
  /** When the wait for the answer ends, on the clock of `performance.now()`. */
  deadline: number
  readonly timeoutMs: number
  /** Undefined when no answer will come: produce with acks 0. */
  readonly hasAnswer: boolean
  /** Set when it is written. */
  correlationId: number
  /** Writes header and body. Called once, when the request's turn has come. */
  write(writer: Writer, correlationId: number): void
  /** Takes the whole frame of the answer; throws ProtocolError when it is not what was asked for. */
  onAnswer(frame: Buffer): void
  onError(error: unknown): void
}
