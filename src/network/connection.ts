import type { Socket } from 'node:net'
import {
  ClosedError,
  ConnectionError,
  MessageTooLargeError,
  ProtocolError,
  TimeoutError,
} from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Api, Request, Response } from '../protocol/api.ts'
import { decodeResponse, writeRequest } from '../protocol/codec.ts'
import { FrameSplitter } from '../protocol/frame.ts'
import { responseBodyStart, writeRequestHeader } from '../protocol/header.ts'
import { chooseVersion, type VersionRange } from '../protocol/versions.ts'
import { Writer } from '../protocol/writer.ts'
import { Fifo } from '../util/fifo.ts'
import { abortable, onAbort } from '../util/wait.ts'
import { type Address, formatAddress } from './address.ts'
import { dial, type NetOptions } from './dial.ts'
import { negotiate } from './handshake.ts'
import type { Exchange } from './in-flight.ts'
import { foreignProtocol } from './sniff.ts'

const MAX_CORRELATION_ID = 0x7fffffff

export interface RequestOptions {
  /** Drops the wait, not the connection: the answer is awaited and thrown away. */
  readonly signal?: AbortSignal | undefined
  /** How long the broker may take; default `net.requestTimeoutMs`. */
  readonly timeoutMs?: number | undefined
  /** Caps the version below what both sides know, for a body that newer versions cannot carry. */
  readonly maxVersion?: number | undefined
}

/** The body of a request, or how to make it for the version that was negotiated. */
export type Body<A extends Api> = Request<A> | ((version: number) => Request<A>)

/**
 * One socket to one broker. Requests are pipelined: written as they come, at most `net.maxOpenRequests` in flight, and
 * answered in order (https://kafka.apache.org/protocol#protocol_network). Knows nothing of topics.
 */
export class Connection {
  readonly label: string
  readonly #address: Address
  readonly #socket: Socket
  readonly #options: NetOptions
  readonly #clientId: string
  readonly #frames: FrameSplitter
  readonly #waiting = new Fifo<Exchange>()
  readonly #inFlight = new Fifo<Exchange>()
  #versions: ReadonlyMap<number, VersionRange> = new Map()
  #nextCorrelationId: number
  #answered = 0
  #lastUse = performance.now()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity
  #corked = false
  #closed: unknown
  #onLost: (() => void) | undefined

  /** `label` names the broker in errors. Use {@link Connection.open}. */
  private constructor(
    address: Address,
    label: string,
    socket: Socket,
    options: NetOptions,
    clientId: string,
    firstCorrelationId: number,
  ) {
    this.label = label
    this.#address = address
    this.#socket = socket
    this.#options = options
    this.#clientId = clientId
    this.#nextCorrelationId = firstCorrelationId
    this.#frames = new FrameSplitter(options.maxResponseBytes)
    socket.on('data', chunk => this.#onData(chunk))
    socket.on('error', cause => this.#fail(this.#broken(`failed: ${cause.message}`, cause)))
    socket.on('close', () => this.#fail(this.#broken(this.#closedByPeer())))
    // It may have been closed between the end of the dialling and here.
    if (socket.destroyed) this.#fail(this.#broken(this.#closedByPeer()))
  }

  /**
   * Dials and asks the broker for its API versions. Aborting `signal` ends that at once. Correlation ids count up from
   * `firstCorrelationId` and wrap.
   *
   * @throws {@link ConnectionError} · {@link TimeoutError} · {@link ProtocolError} when the peer is not a Kafka broker.
   */
  static async open(
    address: Address,
    label: string,
    options: NetOptions,
    clientId: string,
    signal: AbortSignal,
    firstCorrelationId = 0,
  ): Promise<Connection> {
    const started = performance.now()
    const socket = await dial(address, options, signal)
    const connection = new Connection(address, label, socket, options, clientId, firstCorrelationId)
    const forget = onAbort(signal, () => connection.close(signal.reason))
    try {
      const left = () => Math.max(1, options.dialTimeoutMs - (performance.now() - started))
      connection.#versions = await negotiate((api, version, body) =>
        connection.exchange(api, version, body, { timeoutMs: left() }),
      )
      return connection
    } catch (error) {
      connection.close()
      throw error
    } finally {
      forget()
    }
  }

  get isClosed(): boolean {
    return this.#closed !== undefined
  }

  /** Requests that are not answered yet. */
  get pending(): number {
    return this.#waiting.size + this.#inFlight.size
  }

  /** The version in which a request of this API would be sent. Throws UnsupportedVersionError when there is none. */
  versionOf(api: Api, maxVersion = Infinity): number {
    return chooseVersion(api, this.#versions.get(api.key), this.label, maxVersion)
  }

  /** Sends a request and gives its decoded answer. A broker's error codes in it are values, not exceptions. */
  async request<A extends Api>(api: A, body: Body<A>, options: RequestOptions = {}): Promise<Response<A>> {
    const version = this.versionOf(api, options.maxVersion)
    const given = typeof body === 'function' ? body(version) : body
    const frame = await this.exchange(api, version, given, options)
    return this.#decode(api, version, frame)
  }

  /** Sends a request that has no answer (produce with acks 0); resolves when the socket has taken it. */
  async sendOnly<A extends Api>(api: A, body: Body<A>, options: RequestOptions = {}): Promise<void> {
    const version = this.versionOf(api, options.maxVersion)
    const given = typeof body === 'function' ? body(version) : body
    await this.#submit(api, version, given, options, false)
  }

  /** Sends a request in a given version and gives the bytes of its answer, header included. */
  exchange<A extends Api>(api: A, version: number, body: Request<A>, options: RequestOptions): Promise<Buffer> {
    return this.#submit(api, version, body, options, true) as Promise<Buffer>
  }

  /** Calls `listener` when the connection ends otherwise than by {@link Connection.close}. */
  whenLost(listener: () => void): void {
    this.#onLost = listener
  }

  /** Closes at once. Requests that are not answered reject with `reason`. */
  close(reason: KafkaError = new ClosedError(`the connection to ${this.label} was closed`)): void {
    this.#onLost = undefined
    this.#fail(reason)
  }

  #submit<A extends Api>(
    api: A,
    version: number,
    body: Request<A>,
    options: RequestOptions,
    hasAnswer: boolean,
  ): Promise<Buffer | undefined> {
    const { signal, timeoutMs = this.#options.requestTimeoutMs } = options
    const promise = new Promise<Buffer | undefined>((resolve, reject) => {
      signal?.throwIfAborted()
      this.#enqueue({
        name: `${api.name} v${version}`,
        timeoutMs,
        deadline: Infinity,
        hasAnswer,
        correlationId: -1,
        write: (writer, correlationId) => {
          writeRequestHeader(writer, api, version, correlationId, this.#clientId)
          writeRequest(writer, api, version, body)
        },
        onAnswer: hasAnswer ? resolve : () => resolve(undefined),
        onError: reject,
      })
    })
    return abortable(promise, signal)
  }

  #enqueue(exchange: Exchange): void {
    if (this.#closed !== undefined) {
      exchange.onError(this.#closed)
      return
    }
    this.#waiting.push(exchange)
    this.#pump()
  }

  #pump(): void {
    while (this.#inFlight.size < this.#options.maxOpenRequests) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#write(next)
    }
  }

  #write(exchange: Exchange): void {
    let chunks: Buffer[]
    try {
      chunks = this.#encode(exchange)
    } catch (error) {
      exchange.onError(error)
      return
    }
    this.#cork()
    this.#lastUse = performance.now()
    if (exchange.hasAnswer) {
      exchange.deadline = this.#lastUse + exchange.timeoutMs
      this.#inFlight.push(exchange)
      for (const chunk of chunks) this.#socket.write(chunk)
    } else {
      const last = chunks.pop()!
      for (const chunk of chunks) this.#socket.write(chunk)
      this.#socket.write(last, error =>
        error ? exchange.onError(this.#broken(error.message, error)) : exchange.onAnswer(last),
      )
    }
    this.#arm(exchange.deadline)
  }

  #encode(exchange: Exchange): Buffer[] {
    const correlationId = this.#nextCorrelationId
    const writer = new Writer()
    writer.int32(0)
    exchange.write(writer, correlationId)
    const size = writer.sizeBytes - 4
    const { maxRequestBytes } = this.#options
    if (size > maxRequestBytes) {
      const message = `a ${exchange.name} request of ${size} bytes is larger than net.maxRequestBytes (${maxRequestBytes})`
      throw new MessageTooLargeError(message, size, maxRequestBytes)
    }
    const chunks = writer.finish()
    chunks[0]!.writeInt32BE(size, 0)
    exchange.correlationId = correlationId
    this.#nextCorrelationId = correlationId === MAX_CORRELATION_ID ? 0 : correlationId + 1
    return chunks
  }

  /** Requests of one turn of the event loop leave in one system call. */
  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }

  #onData(chunk: Buffer): void {
    if (this.#closed !== undefined) return
    try {
      this.#frames.push(chunk, frame => this.#onFrame(frame))
    } catch (cause) {
      const error = this.#garbage(chunk, cause)
      this.#inFlight.shift()?.onError(error)
      this.#fail(error)
      return
    }
    this.#lastUse = performance.now()
    this.#pump()
    if (this.#inFlight.size === 0) this.#arm(Infinity)
  }

  #onFrame(frame: Buffer): void {
    const exchange = this.#inFlight.shift()
    const correlationId = frame.readInt32BE(0)
    if (exchange === undefined) throw new ProtocolError(`an answer (correlation id ${correlationId}) to no request`)
    if (exchange.correlationId !== correlationId) {
      this.#inFlight.unshift(exchange)
      const due = `${exchange.correlationId} (${exchange.name})`
      throw new ProtocolError(`an answer has correlation id ${correlationId} where ${due} was due`)
    }
    this.#answered++
    exchange.onAnswer(frame)
  }

  #decode<A extends Api>(api: A, version: number, frame: Buffer): Response<A> {
    try {
      return decodeResponse(api, version, frame.subarray(responseBodyStart(api, version, frame)))
    } catch (error) {
      // The bytes of this connection cannot be trusted any more.
      this.#fail(error)
      throw error
    }
  }

  #garbage(chunk: Buffer, cause: unknown): unknown {
    if (!(cause instanceof ProtocolError)) return cause
    if (this.#answered > 0) return new ProtocolError(`${this.label}: ${cause.message}`, { cause })
    const protocol = foreignProtocol(chunk)
    if (protocol === undefined)
      return new ProtocolError(`${this.label} does not speak Kafka: ${cause.message}`, { cause })
    const hint = protocol === 'TLS' ? '; set net.tls' : '; check its port'
    return new ProtocolError(`${this.label} speaks ${protocol}, not Kafka's plain protocol${hint}`, { cause })
  }

  #closedByPeer(): string {
    if (this.#answered > 0) return 'was closed by the broker'
    const hint = this.#options.tls === false ? 'it may be a TLS listener (set net.tls) or ' : 'it may be '
    return `was closed by the peer before it answered anything; ${hint}something else than a Kafka broker`
  }

  #broken(what: string, cause?: unknown): ConnectionError {
    return new ConnectionError(formatAddress(this.#address), `the connection to ${this.label} ${what}`, { cause })
  }

  /** One timer serves the deadlines of all requests and the idle limit; it is set anew only when it must fire earlier. */
  #arm(at: number): void {
    const { idleMs } = this.#options
    const idleAt = idleMs === 0 || this.#inFlight.size > 0 ? Infinity : this.#lastUse + idleMs
    const due = Math.min(at, idleAt)
    if (due >= this.#timerAt || due === Infinity) return
    clearTimeout(this.#timer)
    this.#timerAt = due
    this.#timer = setTimeout(() => this.#onTimer(), Math.max(1, Math.ceil(due - performance.now())))
  }

  #onTimer(): void {
    this.#timerAt = Infinity
    const now = performance.now()
    let next = Infinity
    for (const exchange of this.#inFlight) {
      if (exchange.deadline <= now) {
        // Answers come in order, so nothing behind this request can be answered either.
        const error = this.#overdue(exchange)
        exchange.onError(error)
        this.#fail(error)
        return
      }
      next = Math.min(next, exchange.deadline)
    }
    const { idleMs } = this.#options
    if (idleMs > 0 && this.#inFlight.size === 0 && now - this.#lastUse >= idleMs) {
      this.#fail(this.#broken(`was idle for net.idleMs (${idleMs} ms) and was closed`))
      return
    }
    this.#arm(next)
  }

  /** Ends the connection once: everything that waits is rejected, nothing is left behind. */
  #fail(error: unknown): void {
    if (this.#closed !== undefined) return
    // A timeout or garbage was the fault of one request, which knows it by now; the others may be tried again.
    const forAll = error instanceof ClosedError || error instanceof ConnectionError
    const reason = forAll ? error : this.#broken('was given up', error)
    this.#closed = reason
    clearTimeout(this.#timer)
    this.#socket.destroy()
    const waiting = [...this.#inFlight, ...this.#waiting]
    this.#inFlight.clear()
    this.#waiting.clear()
    for (const exchange of waiting) exchange.onError(reason)
    this.#onLost?.()
  }

  #overdue({ name, timeoutMs }: Exchange): TimeoutError {
    const { dialTimeoutMs } = this.#options
    const limit =
      this.#answered === 0 ? `net.dialTimeoutMs (${dialTimeoutMs} ms)` : `its time limit (${Math.round(timeoutMs)} ms)`
    return new TimeoutError(
      `${this.label} did not answer ${name} within ${limit}; it may be frozen, overloaded or not a Kafka broker`,
    )
  }
}
