import { MessageTooLargeError } from '../errors/client-errors.ts'
import type { Api, Request } from '../protocol/api.ts'
import { decodeResponseWithin, hasViews, writeRequest } from '../protocol/codec.ts'
import { type Frame, keepFrame } from '../protocol/frame.ts'
import { responseBodyStart, writeRequestHeader } from '../protocol/header.ts'
import { Writer } from '../protocol/writer.ts'
import type { Fifo } from '../util/fifo.ts'
import type { NetContext } from './context.ts'

/** What says how long a frame is. */
export const LENGTH_BYTES = 4

/** How an answer is read: gives what the caller gets, of the whole frame. */
export type ReadAnswer = (api: Api, version: number, frame: Frame) => unknown

/** How nearly all are read. */
export function readBody(api: Api, version: number, frame: Frame): unknown {
  const { bytes, end, isShared } = frame
  const start = responseBodyStart(api, version, bytes, frame.start, end)
  if (!isShared || !hasViews(api, version)) return decodeResponseWithin(api, version, bytes, start, end)
  const own = keepFrame(frame, start)
  return decodeResponseWithin(api, version, own, 0, own.length)
}

/** A request that waits for its turn or for its answer. */
export class Exchange {
  readonly api: Api
  readonly version: number
  readonly timeoutMs: number
  /** Undefined when no answer will come: produce with acks 0. */
  readonly readAnswer: ReadAnswer | undefined
  readonly #onAnswer: (answer: unknown) => void
  readonly #onFailed: (error: unknown) => void
  /** Set when it is encoded, as the size. */
  correlationId = -1
  /** Length prefix included. */
  requestBytes = 0
  /** On the clock of `performance.now()`; 0 until it is written. */
  writtenAt = 0
  /** When the wait for the answer ends, or for a throttling broker, on the same clock. */
  deadline = Infinity
  readonly #body: Request<Api>

  constructor(
    api: Api,
    version: number,
    body: Request<Api>,
    timeoutMs: number,
    readAnswer: ReadAnswer | undefined,
    onAnswer: (answer: unknown) => void,
    onFailed: (error: unknown) => void,
  ) {
    this.api = api
    this.version = version
    this.#body = body
    this.timeoutMs = timeoutMs
    this.readAnswer = readAnswer
    this.#onAnswer = onAnswer
    this.#onFailed = onFailed
  }

  resolve(answer: unknown): void {
    tell(this.#onAnswer, answer)
  }

  reject(error: unknown): void {
    tell(this.#onFailed, error)
  }

  /** Names the request in errors: `Produce v9`. */
  get name(): string {
    return `${this.api.name} v${this.version}`
  }

  /**
   * The whole request, as few chunks as possible. Nothing of it is set when it throws.
   *
   * @throws {@link MessageTooLargeError} above `net.maxRequestBytes`, and what the codecs throw.
   */
  encode(correlationId: number, { clientId, net }: NetContext): Buffer[] {
    const writer = new Writer()
    writer.int32(0)
    writeRequestHeader(writer, this.api, this.version, correlationId, clientId)
    writeRequest(writer, this.api, this.version, this.#body)
    const size = writer.sizeBytes - LENGTH_BYTES
    if (size > net.maxRequestBytes) {
      const message = `a ${this.name} request of ${size} bytes is larger than net.maxRequestBytes (${net.maxRequestBytes})`
      throw new MessageTooLargeError(message, size, net.maxRequestBytes)
    }
    const chunks = writer.finish()
    chunks[0]!.writeInt32BE(size, 0)
    this.requestBytes = size + LENGTH_BYTES
    this.correlationId = correlationId
    return chunks
  }
}

/** What is wrong with who asked is not the connection's fault, and shall not stop it: it is thrown where nobody catches it. */
function tell(callback: (outcome: unknown) => void, outcome: unknown): void {
  try {
    callback(outcome)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Takes out of a queue what has run out of time, and tells when the next of the others does. */
export function takeOverdue(
  queue: Fifo<Exchange>,
  now: number,
): { readonly overdue: readonly Exchange[]; readonly next: number } {
  const overdue: Exchange[] = []
  let next = Infinity
  for (let left = queue.size; left > 0; left--) {
    const exchange = queue.shift()!
    if (exchange.deadline <= now) {
      overdue.push(exchange)
      continue
    }
    queue.push(exchange)
    next = Math.min(next, exchange.deadline)
  }
  return { overdue, next }
}
