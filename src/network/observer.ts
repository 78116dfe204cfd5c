import { asError } from '../observe/hooks.ts'
import type { Endpoint, NetContext } from './context.ts'
import type { Exchange } from './in-flight.ts'

/** Tells hooks and the log what becomes of one connection. */
export class Observer {
  readonly #endpoint: Endpoint
  readonly #context: NetContext
  #wasThrottled = false

  constructor(endpoint: Endpoint, context: NetContext) {
    this.#endpoint = endpoint
    this.#context = context
  }

  /** The attempt to open it, which began at `started`, is over. */
  dialled(started: number, error?: unknown): void {
    const { label: broker, nodeId, purpose } = this.#endpoint
    const durationMs = performance.now() - started
    const failure = error === undefined ? undefined : asError(error)
    this.#context.hooks.onConnect?.({ broker, nodeId, purpose, durationMs, error: failure })
  }

  /** A request has its answer, or its error. */
  asked({ api, version, requestBytes, writtenAt }: Exchange, responseBytes: number, error?: unknown): void {
    const { onRequest } = this.#context.hooks
    if (onRequest === undefined) return
    const { label: broker, nodeId } = this.#endpoint
    const durationMs = writtenAt === 0 ? 0 : performance.now() - writtenAt
    const failure = error === undefined ? undefined : asError(error)
    onRequest({ broker, nodeId, api: api.name, version, requestBytes, responseBytes, durationMs, error: failure })
  }

  /** The broker wants silence. */
  throttled(api: string, throttleTimeMs: number): void {
    const { label: broker, nodeId } = this.#endpoint
    const level = this.#wasThrottled ? 'debug' : 'warn'
    this.#wasThrottled = true
    this.#context.logger[level]('a broker throttles this client, which is over a quota', {
      broker,
      api,
      throttleTimeMs,
    })
    this.#context.hooks.onThrottle?.({ broker, nodeId, api, throttleTimeMs })
  }

  /** It was open, and is not any more; without an error because it is not needed. */
  ended(error: unknown): void {
    const { label: broker, nodeId, purpose } = this.#endpoint
    const failure = error === undefined ? undefined : asError(error)
    this.#context.hooks.onDisconnect?.({ broker, nodeId, purpose, error: failure })
  }
}
