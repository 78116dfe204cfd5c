import { sleep } from '../../util/wait.ts'
import type { NetContext } from '../context.ts'
import { authenticate, type SaslPeer } from './authenticate.ts'
import type { LoginPace } from './login-pace.ts'
import type { SaslOptions } from './options.ts'

/** As much of a session is used before it is renewed, as in Java's client: by chance, so that clients do not come all at once. */
const MIN_SHARE = 0.85
const MAX_SHARE = 0.95
/** However short sessions are, something else than their renewal has to be written too. */
const MIN_MS = 10

/** What a login needs of its connection. */
export interface LoginPeer extends Omit<SaslPeer, 'signal' | 'left'> {
  /** The client is let in again: other requests may go on. */
  renewed(): void
  failed(error: unknown): void
}

/** Lets a client in on one connection, and again before its session ends (KIP-368). */
export class Login {
  readonly #peer: LoginPeer
  readonly #options: SaslOptions
  readonly #pace: LoginPace
  /** How long a renewal may take. */
  readonly #timeoutMs: number
  #running: AbortController | undefined
  /** On the clock of `performance.now()`. */
  #renewAt = Infinity

  constructor(peer: LoginPeer, options: SaslOptions, { logins, net }: NetContext) {
    this.#peer = peer
    this.#options = options
    this.#pace = logins
    this.#timeoutMs = net.dialTimeoutMs
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /**
   * Whether nothing else may be written now: the client has to be let in again first, which begins when all that was written is
   * answered, or has left where no answer comes, since the broker takes nothing else in between. Brokers look at the end of a session
   * only when they are asked for something, and let clients come back after it: so a connection that nobody uses is left alone.
   */
  holdsUp(isQuiet: boolean): boolean {
    if (this.#running !== undefined) return true
    if (this.#renewAt === Infinity || performance.now() < this.#renewAt) return false
    if (isQuiet) {
      this.run(this.#timeoutMs).then(
        () => this.#peer.renewed(),
        error => this.#peer.failed(error),
      )
    }
    return true
  }

  /** Throws as {@link authenticate} does. The time limit is one for all of it. */
  async run(timeoutMs: number): Promise<void> {
    const started = performance.now()
    const left = () => Math.max(1, timeoutMs - (performance.now() - started))
    const running = new AbortController()
    this.#running = running
    const lifetimeMs = await this.#authenticate({ ...this.#peer, signal: running.signal, left })
    const share = MIN_SHARE + Math.random() * (MAX_SHARE - MIN_SHARE)
    this.#renewAt = lifetimeMs > 0 ? performance.now() + Math.max(MIN_MS, lifetimeMs * share) : Infinity
    this.#running = undefined
  }

  async #authenticate(peer: SaslPeer): Promise<number> {
    // It has to have its time all the same.
    const waitMs = Math.min(this.#pace.waitMs, peer.left() / 2)
    if (waitMs > 0) await sleep(waitMs, peer.signal)
    try {
      const lifetimeMs = await authenticate(peer, this.#options)
      this.#pace.onAccepted()
      return lifetimeMs
    } catch (error) {
      this.#pace.onFailed(error)
      throw error
    }
  }

  /** The connection has ended. */
  abort(reason: unknown): void {
    this.#running?.abort(reason)
  }
}
