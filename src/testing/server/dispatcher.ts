import { ProtocolError } from '../../errors/client-errors.ts'
import { apis } from '../../protocol/apis.ts'
import { decodeRequest } from '../../protocol/codec.ts'
import { apiVersions, type OfferedVersions, unknownApiVersions } from '../apis/api-versions.ts'
import type { Faults } from '../faults/faults.ts'
import type { History, ReceivedRequest } from '../faults/history.ts'
import type { ApiName, ClientConnection, Handlers, RequestContext } from '../handlers.ts'
import { Layers } from '../layers.ts'
import type { ApiVersionLimits } from '../options.ts'
import type { AnyRequest, AnyResponse, Delivery } from './exchange.ts'
import type { Incoming } from './incoming.ts'

/**
 * Brokers since Kafka 4 say that they take Produce from version 0 on, which is not true: librdkafka would not compress
 * otherwise (KAFKA-18659).
 */
const SAID_OF_PRODUCE = 0
const BEFORE_AUTHENTICATION = new Set<ApiName>(['ApiVersions', 'SaslHandshake', 'SaslAuthenticate'])

type AnyHandler = (
  request: AnyRequest,
  context: RequestContext,
) => AnyResponse | undefined | Promise<AnyResponse | undefined>

/** Brings requests to their handlers, past the faults. The brokers of a cluster have one together. */
export class Dispatcher {
  readonly #handlers: Handlers
  readonly #limits: ApiVersionLimits
  readonly #faults: Faults
  readonly #history: History
  readonly #now: () => number
  /** APIs that only a test's handlers answer. */
  readonly #added = new Layers<ApiName>()
  #offered: OfferedVersions
  /** What ApiVersions says instead of the truth. */
  readonly lies = new Layers<ApiVersionLimits>()

  /** @param limits narrows what is offered; null takes an API away. */
  constructor(handlers: Handlers, limits: ApiVersionLimits, faults: Faults, history: History, now: () => number) {
    this.#handlers = { ...handlers, ApiVersions: apiVersions(() => this.#said()) }
    this.#limits = limits
    this.#faults = faults
    this.#history = history
    this.#now = now
    this.#offered = this.#offer()
  }

  /** Offers an API, also if it has no handler but a test's. The returned function takes that back. */
  add(api: ApiName): () => void {
    const takeBack = this.#added.add(api)
    this.#offered = this.#offer()
    return () => {
      takeBack()
      this.#offered = this.#offer()
    }
  }

  /** @throws {@link ProtocolError} for what no client should have sent: the connection is to be closed. */
  handle(
    incoming: Incoming,
    connection: ClientConnection,
    broker: number,
    arrivedAtMs: number,
  ): Delivery | Promise<Delivery> {
    const { api, version, clientId } = incoming
    this.#checkAuthentication(api, connection)
    const range = this.#offered[api]
    if (range === undefined || version < range.min || version > range.max) {
      if (api === 'ApiVersions') return { body: unknownApiVersions(this.#offered), version: 0 }
      throw new ProtocolError(`${api} v${version} is not offered`)
    }
    const request = decodeRequest(apis[api], version, incoming.body) as AnyRequest
    const received = { api, version, clientId, broker, connection: connection.id, body: request }
    this.#history.add(received as ReceivedRequest, incoming.sizeBytes)
    const context = { api, version, clientId, broker, connection }
    return this.#faults.apply({ request, context, arrivedAtMs }, () => this.#answer(request, context))
  }

  #answer(request: AnyRequest, context: RequestContext): Delivery | Promise<Delivery> {
    const handler = this.#handlers[context.api] as AnyHandler | undefined
    if (handler === undefined)
      throw new Error(`the brokers do not have ${context.api}, and the test's handler left it to them`)
    const answer = handler(request, context)
    return answer instanceof Promise ? answer.then(body => ({ body })) : { body: answer }
  }

  #checkAuthentication(api: ApiName, { principal, expiresAtMs = Infinity }: ClientConnection): void {
    if (BEFORE_AUTHENTICATION.has(api)) return
    if (principal === undefined) throw new ProtocolError(`${api} came before the client had authenticated`)
    if (this.#now() >= expiresAtMs) throw new ProtocolError('the client has not authenticated again in time')
  }

  #said(): OfferedVersions {
    const { Produce } = this.#offered
    const isWhole = Produce?.min === apis.Produce.versions.min
    const said = isWhole ? { ...this.#offered, Produce: { ...Produce, min: SAID_OF_PRODUCE } } : this.#offered
    return this.lies.values.reduce<OfferedVersions>((told, lie) => without(lie, told), said)
  }

  #offer(): OfferedVersions {
    const names = new Set([...(Object.keys(this.#handlers) as ApiName[]), ...this.#added.values])
    const all = [...names].map(name => [name, { min: apis[name].versions.min, max: apis[name].stable }] as const)
    return without(this.#limits, Object.fromEntries(all))
  }
}

/** The offered versions with some of them replaced, or with null taken away. */
function without(replaced: ApiVersionLimits, offered: OfferedVersions): OfferedVersions {
  const entries = Object.entries({ ...offered, ...replaced })
  return Object.fromEntries(entries.filter(([, range]) => range !== null))
}
