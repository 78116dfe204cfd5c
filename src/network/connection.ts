import type { Socket } from 'node:net'
import { ClosedError, ConnectionError, ProtocolError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Api, Request, Response } from '../protocol/api.ts'
import { type Frame, FrameSplitter, type TakeMemory } from '../protocol/frame.ts'
import { chooseVersion, type VersionRange } from '../protocol/versions.ts'
import { Fifo } from '../util/fifo.ts'
import { abortable, onAbort } from '../util/wait.ts'
import { Alarm } from './alarm.ts'
import type { Endpoint, NetContext } from './context.ts'
import { connected, type Dial, dialer } from './dial.ts'
import { broken, closedByPeer, failedText, garbage, overdue, type Stage, throttled } from './failures.ts'
import { negotiate, readVersions } from './handshake.ts'
import { Exchange, LENGTH_BYTES, type ReadAnswer, readBody, takeOverdue } from './in-flight.ts'
import { Observer } from './observer.ts'
import type { Body, RequestOptions } from './request.ts'
import { Login, type LoginPeer } from './sasl/login.ts'
import { Throttle, throttleTimeOf } from './throttle.ts'
import { writeChunks } from './write-chunks.ts'

const MAX_CORRELATION_ID = 0x7fffffff

/**
 * One socket to one broker. Requests are pipelined: written as they come, at most `net.maxOpenRequests` in flight, and
 * answered in order (https://kafka.apache.org/protocol#protocol_network). Knows nothing of topics.
 */
export class Connection {
  readonly label: string
  readonly #endpoint: Endpoint
  readonly #context: NetContext
  readonly #observer: Observer
  readonly #socket: Socket
  readonly #frames: FrameSplitter
  readonly #waiting = new Fifo<Exchange>()
  readonly #inFlight = new Fifo<Exchange>()
  /** Those without an answer, until the socket has taken all of them. */
  readonly #handingOver = new Set<Exchange>()
  readonly #throttle = new Throttle()
  /** Undefined where clients need not authenticate. */
  readonly #login: Login | undefined
  /** Serves all deadlines, the throttling and the idle limit. */
  readonly #alarm = new Alarm(() => this.#onAlarm())
  #versions: ReadonlyMap<number, VersionRange> = new Map()
  #nextCorrelationId: number
  #stage: Stage = 'new'
  #lastUse = performance.now()
  #closed: unknown
  #onLost: (() => void) | undefined

  /** Use {@link Connection.open}. */
  private constructor(
    endpoint: Endpoint,
    context: NetContext,
    observer: Observer,
    firstCorrelationId: number,
    dial: Dial,
  ) {
    this.label = endpoint.label
    this.#endpoint = endpoint
    this.#context = context
    this.#observer = observer
    this.#nextCorrelationId = firstCorrelationId
    this.#frames = new FrameSplitter(context.net.maxResponseBytes)
    this.#login = context.net.sasl && new Login(this.#saslPeer(), context.net.sasl, context)
    this.#socket = dial({
      buffer: () => this.#frames.target(),
      callback: (size, bytes) => {
        this.#onBytes(size, bytes)
        return true
      },
    })
  }

  /**
   * Dials, asks the broker for its API versions, and authenticates where `net.sasl` is set. Aborting `signal` ends that at once.
   * Correlation ids count up from `firstCorrelationId` and wrap.
   *
   * @throws {@link ConnectionError} · {@link TimeoutError} · {@link AuthenticationError} · {@link ProtocolError} when the peer is not a
   * Kafka broker.
   */
  static async open(
    endpoint: Endpoint,
    context: NetContext,
    signal: AbortSignal,
    firstCorrelationId = 0,
  ): Promise<Connection> {
    const observer = new Observer(endpoint, context)
    const started = performance.now()
    try {
      signal.throwIfAborted()
      const dial = await dialer(endpoint.address, context.net)
      signal.throwIfAborted()
      const connection = new Connection(endpoint, context, observer, firstCorrelationId, dial)
      await connection.#connected(signal)
      await connection.#greet(started, signal)
      observer.dialled(started)
      return connection
    } catch (error) {
      observer.dialled(started, error)
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
  request<A extends Api>(api: A, body: Body<A>, options: RequestOptions = {}): Promise<Response<A>> {
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason)
    const promise = new Promise<Response<A>>((resolve, reject) => this.ask(api, body, options, resolve, reject))
    return abortable(promise, options.signal)
  }

  /** Sends a request that has no answer (produce with acks 0); resolves when the socket has taken it. */
  sendOnly<A extends Api>(api: A, body: Body<A>, options: Omit<RequestOptions, 'signal'> = {}): Promise<void> {
    return new Promise((resolve, reject) => this.ask(api, body, options, resolve as () => void, reject, false))
  }

  /** What both are made of. Throws where the broker has no version of it, or calls one of the two, maybe before it returns. */
  ask<A extends Api>(
    api: A,
    body: Body<A>,
    { timeoutMs = this.#context.net.requestTimeoutMs, maxVersion }: Omit<RequestOptions, 'signal'>,
    onAnswer: (answer: Response<A>) => void,
    onFailed: (error: unknown) => void,
    hasAnswer = true,
  ): void {
    const version = this.versionOf(api, maxVersion)
    const given = typeof body === 'function' ? body(version) : body
    const resolve = onAnswer as (answer: unknown) => void
    this.#enqueue(new Exchange(api, version, given, timeoutMs, hasAnswer ? readBody : undefined, resolve, onFailed))
  }

  /** Large answers are read into memory from there, from the next one on. Each is one call, or some where it arrives in drops. */
  readInto(takeMemory: TakeMemory): void {
    this.#frames.takeMemory = takeMemory
  }

  /** Calls `listener` when the connection breaks: not when it was closed, or idle for too long. */
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
    this.#socket.on('error', cause => {
      this.#fail(broken(this.#endpoint, failedText(this.#context.net, this.#stage, cause), cause))
    })
    this.#socket.on('close', () => this.#onClose())
    // It may have been closed between the end of the dialling and here.
    if (this.#socket.destroyed) this.#onClose()
  }

  async #greet(started: number, signal: AbortSignal): Promise<void> {
    const forget = onAbort(signal, () => this.close(signal.reason))
    try {
      const left = () => Math.max(1, this.#context.net.dialTimeoutMs - (performance.now() - started))
      this.#versions = await negotiate((...question) => this.#question(...question, left(), readVersions))
      await this.#login?.run(left())
      if (this.#closed !== undefined) throw this.#closed
      this.#stage = 'open'
      this.#arm(Infinity)
    } catch (error) {
      this.close()
      throw error
    } finally {
      forget()
    }
  }

  #saslPeer(): LoginPeer {
    return {
      endpoint: this.#endpoint,
      versionOf: api => this.versionOf(api),
      ask: (api, version, body, timeoutMs) => this.#question(api, version, body, timeoutMs, readBody),
      renewed: () => {
        this.#pump()
        this.#arm(Infinity)
      },
      failed: error => this.#fail(error),
    }
  }

  /** A request of the connection's own: it passes those that wait. */
  #question<A extends Api>(
    api: A,
    version: number,
    body: Request<A>,
    timeoutMs: number,
    readAnswer: ReadAnswer,
  ): Promise<Response<A>> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(api, version, body, timeoutMs, readAnswer, resolve as () => void, reject)
      if (this.#closed === undefined) this.#write(exchange)
      else this.#reject(exchange, this.#closed)
    })
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

  /** Whether there is a free slot, the broker does not want silence, and the session does not end. */
  #mayWrite(): boolean {
    if (this.#throttle.isOn && !this.#throttle.hasEnded(performance.now())) return false
    if (this.#login?.holdsUp(this.#inFlight.size + this.#handingOver.size === 0) === true) return false
    return this.#inFlight.size < this.#context.net.maxOpenRequests
  }

  #pump(): void {
    while (this.#waiting.size > 0 && this.#mayWrite()) this.#write(this.#waiting.shift()!)
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
    this.#lastUse = performance.now()
    exchange.writtenAt = this.#lastUse
    exchange.deadline = this.#lastUse + exchange.timeoutMs
    if (exchange.readAnswer !== undefined) {
      this.#inFlight.push(exchange)
      writeChunks(this.#socket, chunks)
    } else {
      this.#handingOver.add(exchange)
      // When the connection ends first it has been rejected by then: Node may call back as if all had been written.
      writeChunks(this.#socket, chunks, error => {
        if (!this.#handingOver.delete(exchange)) return
        if (error) this.#reject(exchange, broken(this.#endpoint, error.message, error))
        else this.#resolve(exchange, undefined, 0)
        this.#pump()
      })
    }
    this.#arm(exchange.deadline)
  }

  #onBytes(size: number, bytes: Uint8Array): void {
    if (this.#closed !== undefined) return
    try {
      this.#frames.advance(size, this.#onFrame)
    } catch (cause) {
      const read = Buffer.from(bytes.buffer, bytes.byteOffset, size)
      this.#fail(garbage(this.#endpoint, read, this.#stage, cause), this.#inFlight.peek())
      return
    }
    this.#lastUse = performance.now()
    this.#pump()
    if (this.#inFlight.size === 0) this.#arm(Infinity)
  }

  readonly #onFrame = (frame: Frame): void => {
    // The frame before it may have been the end.
    if (this.#closed !== undefined) return
    const exchange = this.#inFlight.peek()
    const correlationId = frame.bytes.readInt32BE(frame.start)
    if (exchange === undefined) throw new ProtocolError(`an answer (correlation id ${correlationId}) to no request`)
    if (exchange.correlationId !== correlationId) {
      const due = `${exchange.correlationId} (${exchange.name})`
      throw new ProtocolError(`an answer has correlation id ${correlationId} where ${due} was due`)
    }
    if (this.#stage !== 'serving') this.#stage = this.#stage === 'open' ? 'serving' : 'greeting'
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
    this.#resolve(exchange, answer, frame.end - frame.start + LENGTH_BYTES)
  }

  /** Nothing more is written until the time is over; what is in flight goes on. */
  #obey(api: string, throttleTimeMs: number): void {
    const now = performance.now()
    if (!this.#throttle.isOn) {
      // From now on it is the broker that makes them wait.
      for (const exchange of this.#waiting) exchange.deadline = now + exchange.timeoutMs
    }
    this.#throttle.extend(throttleTimeMs, now)
    this.#observer.throttled(api, throttleTimeMs)
    this.#arm(this.#nextExpiry(now))
  }

  /** Fails the requests that a throttling broker has kept waiting for too long; tells when there is more to do. */
  #nextExpiry(now: number): number {
    const { overdue, next } = takeOverdue(this.#waiting, now)
    for (const exchange of overdue) this.#reject(exchange, throttled(this.#endpoint, this.#throttle.toldMs, exchange))
    return Math.min(next, this.#throttle.until)
  }

  #resolve(exchange: Exchange, answer: unknown, responseBytes: number): void {
    this.#observer.asked(exchange, responseBytes)
    exchange.resolve(answer)
  }

  #reject(exchange: Exchange, error: unknown): void {
    this.#observer.asked(exchange, 0, error)
    exchange.reject(error)
  }

  #onClose(): void {
    this.#fail(broken(this.#endpoint, closedByPeer(this.#context.net, this.#stage)))
  }

  /** When nothing was written or read for too long; never while an answer is due, or the broker wants silence. */
  #idleAt(): number {
    const { idleMs } = this.#context.net
    const isBusy =
      this.#inFlight.size > 0 || this.#handingOver.size > 0 || this.#throttle.isOn || this.#login?.isRunning === true
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
        this.#fail(overdue(this.#endpoint, net, this.#stage, exchange), exchange)
        return
      }
      next = Math.min(next, exchange.deadline)
    }
    this.#pump()
    if (this.#throttle.isOn && !this.#throttle.hasEnded(now)) next = Math.min(next, this.#nextExpiry(now))
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
    this.#login?.abort(reason)
    this.#socket.destroy()
    const waiting = [...this.#inFlight, ...this.#handingOver, ...this.#waiting]
    this.#inFlight.clear()
    this.#handingOver.clear()
    this.#waiting.clear()
    for (const exchange of waiting) this.#reject(exchange, exchange === culprit ? error : reason)
    if (!isOurs) this.#onLost?.()
    if (this.#stage === 'open' || this.#stage === 'serving') this.#observer.ended(isOurs ? undefined : error)
  }
}
