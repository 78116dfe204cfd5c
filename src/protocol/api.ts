import type { Decoded, Encodable, Shape } from './schema.ts'

/**
 * Which broker a request goes to: any, the controller, the leader of the partitions, the coordinator of the group or of the
 * transactional id. `broker` is one that the caller names, where every broker can only speak for itself.
 */
export type Route = 'any' | 'controller' | 'leader' | 'group' | 'transaction' | 'broker'

/** One of Kafka's APIs: its key, its versions, and the shapes of its request and response. */
export interface Api<Req extends Shape = Shape, Res extends Shape = Shape> {
  /** The number on the wire. */
  readonly key: number
  /** Kafka's name: `Produce`, `Fetch`, … */
  readonly name: string
  /** The versions that are declared. */
  readonly versions: { readonly min: number; readonly max: number }
  /** The newest version that Kafka calls stable: what is negotiated at most. */
  readonly stable: number
  /** The first version with compact lengths and tagged fields (KIP-482). */
  readonly flexible: number
  readonly route: Route
  readonly request: Req
  readonly response: Res
}

/** The body of a request, as a caller gives it. */
export type Request<A extends Api> = Encodable<A['request']>
/** The body of a response, decoded. */
export type Response<A extends Api> = Decoded<A['response']>
/** The body of a request, decoded: the side of a broker. */
export type DecodedRequest<A extends Api> = Decoded<A['request']>
/** The body of a response, as a broker gives it. */
export type EncodableResponse<A extends Api> = Encodable<A['response']>

export interface ApiFacts {
  readonly versions: readonly [min: number, max: number]
  readonly flexible: number
  readonly route: Route
  /** Only where Kafka marks the latest version as unstable. */
  readonly stable?: number
}

export function api<Req extends Shape, Res extends Shape>(
  key: number,
  name: string,
  facts: ApiFacts,
  request: Req,
  response: Res,
): Api<Req, Res> {
  const [min, max] = facts.versions
  const { flexible, route, stable = max } = facts
  return { key, name, versions: { min, max }, stable, flexible, route, request, response }
}
