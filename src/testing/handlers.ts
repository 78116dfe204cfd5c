import type { DecodedRequest, EncodableResponse } from '../protocol/api.ts'
import type { apis } from '../protocol/apis.ts'

/** Kafka's name of an API: `Produce`, `Fetch`, … */
export type ApiName = keyof typeof apis

export type RequestOf<N extends ApiName> = DecodedRequest<(typeof apis)[N]>
export type ResponseOf<N extends ApiName> = EncodableResponse<(typeof apis)[N]>

/** A client's connection, as handlers see it. It lives as long as the connection. */
export interface ClientConnection {
  /** Counts up from 1 in each cluster. */
  readonly id: number
  /** The client's address, such as `127.0.0.1`. */
  readonly host: string
  /** Who the client is, once it has authenticated; `User:ANONYMOUS` where the cluster asks for no authentication. */
  principal: string | undefined
  /** From when on only authentication is accepted (KIP-368), in milliseconds of the cluster's clock. Undefined: for ever. */
  expiresAtMs: number | undefined
  /** Calls `listener` once when the connection is closed, by whichever side. The returned function takes that back. */
  onClose(listener: () => void): () => void
  /** Closes the connection when the answer to the request that is being handled has been written. */
  closeAfterAnswer(): void
}

/** What a handler knows of a request besides its body. */
export interface RequestContext {
  readonly api: ApiName
  readonly version: number
  /** Empty when the client has none. */
  readonly clientId: string
  /** The id of the broker that was asked. */
  readonly broker: number
  readonly connection: ClientConnection
}

/**
 * Answers requests of one API. The requests of a connection are handled one after the other, as Kafka does it: while a
 * promise is pending, what else the client has sent on that connection waits. Undefined gives no answer at all, as for
 * acks 0. An error that is thrown closes the connection.
 *
 * A field that the version lacks is left out of the answer unless a value of it would matter: fields that are not
 * `ignorable` must then be at their default.
 */
export type Handler<N extends ApiName> = (
  request: RequestOf<N>,
  context: RequestContext,
) => ResponseOf<N> | undefined | Promise<ResponseOf<N> | undefined>

/** Handlers by API. An API is offered to clients when it has one. */
export type Handlers = { readonly [N in ApiName]?: Handler<N> }
