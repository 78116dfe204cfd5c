import type { Socket } from 'node:net'
import { ClosedError, ConnectionError, ProtocolError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { asError } from '../observe/hooks.ts'
import type { Api, Response } from '../protocol/api.ts'
import { FrameSplitter, type TakeMemory } from '../protocol/frame.ts'
import { chooseVersion, type VersionRange } from '../protocol/versions.ts'
import { Fifo } from '../util/fifo.ts'
import { abortable, onAbort } from '../util/wait.ts'
import { Alarm } from './alarm.ts'
import type { Endpoint, NetContext } from './context.ts'
import { connected, type Dial, dialer } from './dial.ts'
import { broken, closedByPeer, garbage, overdue, throttled } from './failures.ts'
import { negotiate, readVersions } from './handshake.ts'
import { Exchange, LENGTH_BYTES, type ReadAnswer, readBody } from './in-flight.ts'
import type { Body, RequestOptions } from './request.ts'
import { Throttle, throttleTimeOf } from './throttle.ts'

const MAX_CORRELATION_ID = 0x7fffffff

/**
 * One socket to one broker. Requests are pipelined: written as they come, at most `net.maxOpenRequests` in flight, and
 * answered in order (https://kafka.apache.org/protocol#protocol_network). Knows nothing of topics.
 */
export class Connection {
  readonly label: string
  readonly #endpoint: Endpoint
  readonly #context: NetContext
  readonly #socket: Socket
  readonly #frames: FrameSplitter
  readonly #waiting = new Fifo<Exchange>()
  readonly #inFlight = new Fifo<Exchange>()
  /** Those without an answer, until the socket has taken all of them. */
  readonly #handingOver = new Set<Exchange>()
  readonly #throttle = new Throttle()
  /** Serves all deadlines, the throttling and the idle limit. */
  readonly #alarm = new Alarm(() => this.#onAlarm())
  #wasThrottled = false
  #versions: ReadonlyMap<number, VersionRange> = new Map()
  #nextCorrelationId: number
  #hasAnswered = false
  /** Whether the handshake is over, and hooks have been told so. */
  #isOpen = false
  #lastUse = performance.now()
  #corked = false
  #closed: unknown
  #onLost: (() => void) | undefined

  /** Use {@link Connection.open}. */
  private constructor(endpoint: Endpoint, context: NetContext, firstCorrelationId: number, dial: Dial) {
    this.label = endpoint.label
    this.#endpoint = endpoint
    this.#context = context
    this.#nextCorrelationId = firstCorrelationId
    this.#frames = new FrameSplitter(context.net.maxResponseBytes)
    this.#socket = dial({
      buffer: () => this.#frames.target(),
      callback: (size, bytes) => {
        this.#onBytes(size, bytes)
        return true
      },
    })
  }

  /**
   * Dials and asks the broker for its API versions. Aborting `signal` ends that at once. Correlation ids count up from
   * `firstCorrelationId` and wrap.
   *
   * @throws {@link ConnectionError} · {@link TimeoutError} · {@link ProtocolError} when the peer is not a Kafka broker.
   */
  static async open(
    endpoint: Endpoint,
    context: NetContext,
    signal: AbortSignal,
    firstCorrelationId = 0,
  ): Promise<Connection> {
    const { onConnect } = context.hooks
    const { label: broker, nodeId, purpose } = endpoint
    const started = performance.now()
    try {
      signal.throwIfAborted()
      const dial = await dialer(endpoint.address, context.net)
      const connection = new Connection(endpoint, context, firstCorrelationId, dial)
      await connection.#connected(signal)
      await connection.#greet(started, signal)
      onConnect?.({ broker, nodeId, purpose, durationMs: performance.now() - started, error: undefined })
      return connection
    } catch (error) {
      onConnect?.({ broker, nodeId, purpose, durationMs: performance.now() - started, error: asError(error) })
      throw error
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
  request<A extends Api>(api: A, body: Body<A>, options?: RequestOptions): Promise<Response<A>> {
    return this.#submit(api, undefined, body, options, readBody) as Promise<Response<A>>
  }

  /** Sends a request that has no answer (produce with acks 0); resolves when the socket has taken it. */
  sendOnly<A extends Api>(api: A, body: Body<A>, options?: RequestOptions): Promise<void> {
    return this.#submit(api, undefined, body, options, undefined) as Promise<void>
  }

  /** Large answers are read into memory from there, from the next one on. Each is one call, or some where it arrives in drops. */
  readInto(takeMemory: TakeMemory): void {
    this.#frames.takeMemory = takeMemory
  }

  /** Calls `listener` when the connection ends otherwise than by {@link Connection.close}. */
  whenLost(listener: () => void): void {
    this.#onLost = listener
  }

  /** Closes at once. Requests that are not answered reject with `reason`. */
  close(reason: KafkaError = new ClosedError(`the connection to ${this.label} was closed`)): void {
    this.#onLost = undefined
    this.#fail(reason, undefined, true)
  }

  async #connected(signal: AbortSignal): Promise<void> {
    await connected(this.#socket, this.#endpoint.address, this.#context.net, signal)
    this.#socket.on('error', cause => this.#fail(broken(this.#endpoint, `failed: ${cause.message}`, cause)))
    this.#socket.on('close', () => this.#onClose())
    // It may have been closed between the end of the dialling and here.
    if (this.#socket.destroyed) this.#onClose()
  }

  async #greet(started: number, signal: AbortSignal): Promise<void> {
    const { dialTimeoutMs } = this.#context.net
    const forget = onAbort(signal, () => this.close(signal.reason))
    try {
      const left = () => Math.max(1, dialTimeoutMs - (performance.now() - started))
      this.#versions = await negotiate((api, version, body) => {
        return this.#submit(api, version, body, { timeoutMs: left() }, readVersions) as Promise<Response<typeof api>>
      })
      if (this.#closed !== undefined) throw this.#closed
      this.#isOpen = true
    } catch (error) {
      this.close()
      throw error
    } finally {
      forget()
    }
  }

  #submit<A extends Api>(
    api: A,
    version: number | undefined,
    body: Body<A>,
    { signal, timeoutMs = this.#context.net.requestTimeoutMs, maxVersion }: RequestOptions = {},
    readAnswer: ReadAnswer | undefined,
  ): Promise<unknown> {
    const promise = new Promise<unknown>((resolve, reject) => {
      signal?.throwIfAborted()
      const chosen = version ?? this.versionOf(api, maxVersion)
      const given = typeof body === 'function' ? body(chosen) : body
      this.#enqueue(new Exchange(api, chosen, given, timeoutMs, readAnswer, resolve, reject))
    })
    return abortable(promise, signal)
  }

  #enqueue(exchange: Exchange): void {
    if (this.#closed !== undefined) {
      this.#reject(exchange, this.#closed)
      return
    }
    if (this.#waiting.size === 0 && this.#mayWrite()) {
      this.#write(exchange)
      return
    }
    this.#waiting.push(exchange)
    if (!this.#throttle.isOn) return
    exchange.deadline = performance.now() + exchange.timeoutMs
    this.#arm(exchange.deadline)
  }

  /** Whether there is a free slot, and the broker does not want silence. */
  #mayWrite(): boolean {
    if (this.#throttle.isOn && !this.#throttle.hasEnded(performance.now())) return false
    return this.#inFlight.size < this.#context.net.maxOpenRequests
  }

  #pump(): void {
    while (this.#mayWrite() && this.#waiting.size > 0) this.#write(this.#waiting.shift()!)
  }

  #write(exchange: Exchange): void {
    let chunks: Buffer[]
    try {
      chunks = exchange.encode(this.#nextCorrelationId, this.#context)
    } catch (error) {
      this.#reject(exchange, error)
      return
    }
    this.#nextCorrelationId = exchange.correlationId === MAX_CORRELATION_ID ? 0 : exchange.correlationId + 1
    this.#cork()
    this.#lastUse = performance.now()
    exchange.writtenAt = this.#lastUse
    exchange.deadline = this.#lastUse + exchange.timeoutMs
    if (exchange.readAnswer !== undefined) {
      this.#inFlight.push(exchange)
      for (const chunk of chunks) this.#socket.write(chunk)
    } else {
      const last = chunks.pop()!
      for (const chunk of chunks) this.#socket.write(chunk)
      this.#handingOver.add(exchange)
      // When the connection ends first it has been rejected by then: Node may call back as if all had been written.
      this.#socket.write(last, error => {
        if (!this.#handingOver.delete(exchange)) return
        if (error) this.#reject(exchange, broken(this.#endpoint, error.message, error))
        else this.#resolve(exchange, undefined, 0)
      })
    }
    this.#arm(exchange.deadline)
  }

  /** Requests of one turn of the event loop leave in one system call. */
  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(this.#uncork)
  }

  readonly #uncork = (): void => {
    this.#corked = false
    this.#socket.uncork()
  }

  #onBytes(size: number, bytes: Uint8Array): void {
    if (this.#closed !== undefined) return
    try {
      this.#frames.advance(size, this.#onFrame)
    } catch (cause) {
      const read = Buffer.from(bytes.buffer, bytes.byteOffset, size)
      this.#fail(garbage(this.#endpoint, read, this.#hasAnswered, cause), this.#inFlight.peek())
      return
    }
    this.#lastUse = performance.now()
    this.#pump()
    if (this.#inFlight.size === 0) this.#arm(Infinity)
  }

  readonly #onFrame = (frame: Buffer): void => {
    // The frame before it may have been the end.
    if (this.#closed !== undefined) return
    const exchange = this.#inFlight.peek()
    const correlationId = frame.readInt32BE(0)
    if (exchange === undefined) throw new ProtocolError(`an answer (correlation id ${correlationId}) to no request`)
    if (exchange.correlationId !== correlationId) {
      const due = `${exchange.correlationId} (${exchange.name})`
      throw new ProtocolError(`an answer has correlation id ${correlationId} where ${due} was due`)
    }
    this.#hasAnswered = true
    let answer: unknown
    try {
      answer = exchange.readAnswer!(exchange.api, exchange.version, frame)
    } catch (error) {
      // The bytes of this connection cannot be trusted any more.
      this.#fail(error, exchange)
      return
    }
    this.#inFlight.shift()
    const throttleTimeMs = throttleTimeOf(answer)
    if (throttleTimeMs > 0) this.#obey(exchange.api.name, throttleTimeMs)
    this.#resolve(exchange, answer, frame.length + LENGTH_BYTES)
  }

  /** Nothing more is written until the time is over; what is in flight goes on. */
  #obey(api: string, throttleTimeMs: number): void {
    const now = performance.now()
    if (!this.#throttle.isOn) {
      // From now on it is the broker that makes them wait.
      for (const exchange of this.#waiting) exchange.deadline = now + exchange.timeoutMs
    }
    this.#throttle.extend(throttleTimeMs, now)
    const { label: broker, nodeId } = this.#endpoint
    const level = this.#wasThrottled ? 'debug' : 'warn'
    this.#wasThrottled = true
    this.#context.logger[level]('a broker throttles this client, which is over a quota', {
      broker,
      api,
      throttleTimeMs,
    })
    this.#context.hooks.onThrottle?.({ broker, nodeId, api, throttleTimeMs })
    this.#arm(this.#nextExpiry(now))
  }

  /** Fails the requests that a throttling broker has kept waiting for too long; tells when there is more to do. */
  #nextExpiry(now: number): number {
    let next = this.#throttle.until
    for (let left = this.#waiting.size; left > 0; left--) {
      const exchange = this.#waiting.shift()
      // A hook may have closed the connection.
      if (exchange === undefined) return Infinity
      if (exchange.deadline > now) {
        this.#waiting.push(exchange)
        next = Math.min(next, exchange.deadline)
      } else this.#reject(exchange, throttled(this.#endpoint, this.#throttle.toldMs, exchange))
    }
    return next
  }

  #resolve(exchange: Exchange, answer: unknown, responseBytes: number): void {
    if (this.#context.hooks.onRequest !== undefined) this.#tell(exchange, responseBytes, undefined)
    exchange.resolve(answer)
  }

  #reject(exchange: Exchange, error: unknown): void {
    if (this.#context.hooks.onRequest !== undefined) this.#tell(exchange, 0, asError(error))
    exchange.reject(error)
  }

  #tell({ api, version, requestBytes, writtenAt }: Exchange, responseBytes: number, error: Error | undefined): void {
    const { label: broker, nodeId } = this.#endpoint
    const durationMs = writtenAt === 0 ? 0 : performance.now() - writtenAt
    const what = { broker, nodeId, api: api.name, version, requestBytes, responseBytes, durationMs, error }
    this.#context.hooks.onRequest?.(what)
  }

  #onClose(): void {
    this.#fail(broken(this.#endpoint, closedByPeer(this.#context.net, this.#hasAnswered)))
  }

  /** When nothing was written or read for too long; never while an answer is due, or the broker wants silence. */
  #idleAt(): number {
    const { idleMs } = this.#context.net
    const isBusy = this.#inFlight.size > 0 || this.#handingOver.size > 0 || this.#throttle.isOn
    return idleMs === 0 || isBusy ? Infinity : this.#lastUse + idleMs
  }

  /** The alarm is to ring at `at`, or when the connection has been idle for too long. */
  #arm(at: number): void {
    // A hook may have closed it.
    if (this.#closed === undefined) this.#alarm.set(Math.min(at, this.#idleAt()))
  }

  #onAlarm(): void {
    const { net } = this.#context
    const now = performance.now()
    let next = Infinity
    for (const exchange of [...this.#inFlight, ...this.#handingOver]) {
      if (exchange.deadline <= now) {
        // Answers come in order, so nothing behind this request can be answered either.
        this.#fail(overdue(this.#endpoint, net, this.#hasAnswered, exchange), exchange)
        return
      }
      next = Math.min(next, exchange.deadline)
    }
    this.#pump()
    if (this.#throttle.isOn) next = Math.min(next, this.#nextExpiry(now))
    if (this.#idleAt() <= now) {
      this.#fail(broken(this.#endpoint, `was idle for net.idleMs (${net.idleMs} ms) and was closed`), undefined, true)
      return
    }
    this.#arm(next)
  }

  /**
   * Ends the connection once: everything that waits is rejected, nothing is left behind.
   *
   * @param culprit The request whose fault it is: the others get an error with which they may be tried again.
   * @param isOurs Whether the connection is closed because it is not needed any more.
   */
  #fail(error: unknown, culprit?: Exchange, isOurs = false): void {
    if (this.#closed !== undefined) return
    const forAll = error instanceof ClosedError || error instanceof ConnectionError
    const reason = forAll ? error : broken(this.#endpoint, 'was given up', error)
    this.#closed = reason
    this.#alarm.clear()
    this.#socket.destroy()
    const waiting = [...this.#inFlight, ...this.#handingOver, ...this.#waiting]
    this.#inFlight.clear()
    this.#handingOver.clear()
    this.#waiting.clear()
    for (const exchange of waiting) this.#reject(exchange, exchange === culprit ? error : reason)
    this.#onLost?.()
    if (!this.#isOpen) return
    const { label: broker, nodeId, purpose } = this.#endpoint
    this.#context.hooks.onDisconnect?.({ broker, nodeId, purpose, error: isOurs ? undefined : asError(error) })
  }
}
