import type { Client } from '../cluster/client.ts'
import { type RequestTarget, routed } from '../cluster/route.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { type BrokerError, brokerError } from '../errors/broker-error.ts'
import { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Body } from '../network/request.ts'
import type { Api, Response } from '../protocol/api.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { type Options, type OptionTable, resolveOptions } from '../util/options.ts'
import { eitherSignal } from '../util/wait.ts'
import { type AdminCallOptions, callOptions } from './check.ts'

/** What the operations need of their facade. */
export interface AdminContext {
  readonly client: Client
  readonly timeoutMs: number
  readonly retry: RetryPolicy
}

/** One call of a user, which may need several requests. */
export class AdminCall {
  readonly client: Client
  readonly retry: RetryPolicy
  /** How long the brokers may work on a request, in milliseconds. */
  readonly timeoutMs: number
  /** Aborted when the user gives the call up, or everything is closed. */
  readonly signal: AbortSignal
  /** When no further try is begun, on the clock of `performance.now()`. */
  readonly deadline: number
  readonly #answerMs: number

  constructor({ client, retry }: AdminContext, timeoutMs: number, signal: AbortSignal) {
    this.client = client
    this.retry = retry
    this.timeoutMs = timeoutMs
    this.signal = signal
    // The brokers get the time that they were promised, and then the usual time to answer.
    this.#answerMs = timeoutMs + client.net.requestTimeoutMs
    this.deadline = performance.now() + this.#answerMs
  }

  /** Sends a request to where it belongs, again while that may help. Throws when nobody answers. */
  ask<A extends Api>(api: A, body: Body<A>, target: RequestTarget): Promise<Response<A>> {
    const { signal, retry, deadline } = this
    const options = { signal, retry, deadline, timeoutMs: this.#answerMs, purpose: 'admin' as const }
    return routed(this.client, api, body, target, options)
  }

  /** Sends a request to a broker, once. */
  request<A extends Api>(broker: Broker, api: A, body: Body<A>, maxVersion?: number): Promise<Response<A>> {
    const options = { signal: this.signal, timeoutMs: this.#answerMs, maxVersion }
    return this.client.request(broker, api, body, options, 'admin')
  }

  /** The version in which a broker would be sent a request. */
  async versionOf(broker: Broker, api: Api): Promise<number> {
    return (await broker.connection('admin', this.signal)).versionOf(api)
  }
}

/**
 * Makes a call: checks its options, then runs it.
 *
 * @param table The options that it has besides {@link AdminCallOptions}.
 * @throws {@link ConfigurationError} for options that cannot be.
 */
export async function inCall<T, Table extends OptionTable>(
  context: AdminContext,
  table: Table,
  given: AdminCallOptions,
  run: (call: AdminCall, options: Options<Table & typeof callOptions>) => Promise<T>,
): Promise<T> {
  // What is null must not pass for what is absent.
  const input = (given ?? null) as never
  const options = resolveOptions({ ...callOptions, ...table }, input, 'options') as Options<Table & typeof callOptions>
  const { timeoutMs = context.timeoutMs, signal } = options as Options<typeof callOptions>
  const either = eitherSignal(context.client.closing, signal)
  try {
    return await run(new AdminCall(context, timeoutMs, either.signal), options)
  } finally {
    either.dispose()
  }
}

/** What an answer says of one item. */
export interface ItemResult {
  readonly errorCode: number
  readonly errorMessage?: string | null
}

/** What the broker says went wrong with one item; brokers answer in any order, and perhaps not about every item. */
export function failureOf(what: string, result: ItemResult | undefined): BrokerError | undefined {
  if (result === undefined) return brokerError(errorCodes.UNKNOWN_SERVER_ERROR, `${what}, which the answer leaves out`)
  return result.errorCode === 0 ? undefined : brokerError(result.errorCode, what, result.errorMessage)
}

/** @throws {@link BrokerError} where the answer as a whole is a failure. */
export function throwFailure(what: string, result: ItemResult): void {
  const error = failureOf(what, result)
  if (error !== undefined) throw error
}

/** What became of an item: what there is to tell of it, or why it failed. */
export function outcome<Base extends object, Result extends object>(
  base: Base,
  result: Result | KafkaError,
): Base & (Result | { readonly error: KafkaError }) {
  return result instanceof KafkaError ? { ...base, error: result } : { ...base, ...result }
}
