import type { Api, Request } from '../protocol/api.ts'
import { writeRequest } from '../protocol/codec.ts'
import { writeRequestHeader } from '../protocol/header.ts'
import type { Writer } from '../protocol/writer.ts'

/** How an answer is read: gives what the caller gets, of the whole frame. */
export type ReadAnswer = (api: Api, version: number, frame: Buffer) => unknown

/** A request that waits for its turn or for its answer. */
export class Exchange {
  readonly api: Api
  readonly version: number
  readonly timeoutMs: number
  /** Undefined when no answer will come: produce with acks 0. */
  readonly readAnswer: ReadAnswer | undefined
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
  /** Set when it is written, as what follows. */
  correlationId = -1
  /** Length prefix included. */
  requestBytes = 0
  /** On the clock of `performance.now()`. */
  writtenAt = 0
  /** When the wait for the answer ends, on the same clock. */
  deadline = Infinity
  readonly #body: Request<Api>

  constructor(
    api: Api,
    version: number,
    body: Request<Api>,
    timeoutMs: number,
    readAnswer: ReadAnswer | undefined,
    resolve: (answer: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.api = api
    this.version = version
    this.#body = body
    this.timeoutMs = timeoutMs
    this.readAnswer = readAnswer
    this.resolve = resolve
    this.reject = reject
  }

  /** Names the request in errors: `Produce v9`. */
  get name(): string {
    return `${this.api.name} v${this.version}`
  }

  /** Writes header and body. */
  write(writer: Writer, correlationId: number, clientId: string): void {
    writeRequestHeader(writer, this.api, this.version, correlationId, clientId)
    writeRequest(writer, this.api, this.version, this.#body)
  }
}
