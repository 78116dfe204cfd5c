import { ClosedError } from '../../errors/client-errors.ts'
import { Fifo } from '../../util/fifo.ts'
import type { ApiName, RequestOf } from '../handlers.ts'
import type { Where } from './where.ts'

/** A request that a broker got. */
export type ReceivedRequest<N extends ApiName = ApiName> = { [A in N]: Received<A> }[N]

interface Received<A extends ApiName> {
  readonly api: A
  readonly version: number
  /** Empty when the client has none. */
  readonly clientId: string
  /** The id of the broker that was asked. */
  readonly broker: number
  /** The id of the connection that it came on. */
  readonly connection: number
  /** Record batches in it have the offsets that they got. */
  readonly body: RequestOf<A>
}

/** What of the requests is asked for. */
export type RequestFilter = Pick<Where, 'broker' | 'clientId'>

const MAX_REQUESTS = 10_000
const MAX_BYTES = 16 << 20

interface Entry {
  readonly request: ReceivedRequest
  readonly sizeBytes: number
}

interface Waiter {
  readonly matches: (request: ReceivedRequest) => boolean
  readonly resolve: (request: ReceivedRequest) => void
  readonly reject: (error: ClosedError) => void
}

/** The requests that came last: at most 10,000, and 16 MiB of them. */
export class History {
  readonly #entries = new Fifo<Entry>()
  #sizeBytes = 0
  #waiters: Waiter[] = []
  #isClosed = false

  add(request: ReceivedRequest, sizeBytes: number): void {
    this.#entries.push({ request, sizeBytes })
    this.#sizeBytes += sizeBytes
    while (this.#entries.size > MAX_REQUESTS || this.#sizeBytes > MAX_BYTES) {
      this.#sizeBytes -= this.#entries.shift()!.sizeBytes
    }
    if (this.#waiters.length > 0) this.#tell(request)
  }

  list(matches: (request: ReceivedRequest) => boolean): ReceivedRequest[] {
    return [...this.#entries].map(({ request }) => request).filter(matches)
  }

  /** The next request that matches, from now on. Rejects with a {@link ClosedError} when there will be none. */
  next(matches: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest> {
    const next = new Promise<ReceivedRequest>((resolve, reject) => {
      if (this.#isClosed) reject(stopped())
      else this.#waiters.push({ matches, resolve, reject })
    })
    // Who does not wait for it any more has not to be told that it does not come.
    next.catch(() => {})
    return next
  }

  /** No request comes any more. */
  close(): void {
    this.#isClosed = true
    for (const { reject } of this.#waiters.splice(0)) reject(stopped())
  }

  clear(): void {
    this.#entries.clear()
    this.#sizeBytes = 0
  }

  #tell(request: ReceivedRequest): void {
    const told = this.#waiters.filter(({ matches }) => matches(request))
    this.#waiters = this.#waiters.filter(waiter => !told.includes(waiter))
    for (const { resolve } of told) resolve(request)
  }
}

function stopped(): ClosedError {
  return new ClosedError('the cluster was stopped before such a request came')
}
