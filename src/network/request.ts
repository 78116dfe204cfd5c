import type { Api, Request } from '../protocol/api.ts'

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
