import type { apis } from '../../protocol/apis.ts'
import type { ApiName, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'

/** The body of a request of any API. */
export type AnyRequest = RequestOf<ApiName>
/** The body of an answer of any API. */
export type AnyResponse = ResponseOf<keyof typeof apis>

/** A request that is being handled. */
export interface Exchange {
  readonly request: AnyRequest
  readonly context: RequestContext
  /** When the request came, in milliseconds of the cluster's clock. */
  readonly arrivedAtMs: number
}

/** What the client gets. */
export interface Delivery {
  /** Undefined: no answer. */
  readonly body: AnyResponse | undefined
  /** The version that the answer is written in, where it is not that of the request. */
  readonly version?: number
  /** Whether the connection is closed: instead of the answer, in the middle of it, or after it. */
  readonly closes?: 'instead' | 'inside' | 'after'
  /** For how long nothing more is read from the connection (KIP-219). */
  readonly mutesForMs?: number
}

/** Answers requests; at once where that is possible. */
export type Answer = (exchange: Exchange) => Delivery | Promise<Delivery>
