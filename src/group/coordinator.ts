import type { Client } from '../cluster/client.ts'
import { findCoordinators } from '../cluster/coordinators.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ConnectionError, TimeoutError } from '../errors/client-errors.ts'
import { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Body, RequestOptions } from '../network/request.ts'
import type { Api, Response } from '../protocol/api.ts'

export interface CoordinatorRequestOptions extends RequestOptions {
  readonly signal: AbortSignal
  /** The answer may take as long as a rebalance: nothing else must wait behind it. */
  readonly isLong?: boolean
}

/** The broker that coordinates a group: found when it is first needed, and again when it turns out to be another one. */
export class Coordinator {
  readonly groupId: string
  readonly #client: Client
  readonly #brokers = new Set<Broker>()
  readonly #short: symbol
  readonly #long: symbol
  #known: Broker | undefined

  constructor(client: Client, groupId: string) {
    this.#client = client
    this.groupId = groupId
    this.#short = Symbol('group')
    this.#long = Symbol('group-join')
  }

  /** Looks for it, unless it is known. Does not retry. */
  async find(signal: AbortSignal): Promise<Broker> {
    if (this.#known !== undefined && !this.#known.isClosed) return this.#known
    const [found] = await findCoordinators(this.#client, 'group', [this.groupId], signal)
    if (found instanceof KafkaError) throw found
    this.#known = found!
    this.#brokers.add(found!)
    return found!
  }

  /**
   * Asks it. Does not retry.
   *
   * @throws {@link BrokerError} where the answer as a whole is an error, and what a request may throw.
   */
  async request<A extends Api>(
    api: A,
    body: Body<A>,
    { isLong = false, ...options }: CoordinatorRequestOptions,
  ): Promise<Response<A>> {
    const broker = await this.find(options.signal)
    try {
      return await this.#client.request(broker, api, body, options, isLong ? this.#long : this.#short)
    } catch (error) {
      // It may be gone for good.
      if (error instanceof ConnectionError || error instanceof TimeoutError) this.forget(broker)
      throw error
    }
  }

  /** The error of an answer, or of a part of it, which may say that another broker is the coordinator. */
  errorOf(errorCode: number, part?: string): KafkaError {
    const group = `group "${this.groupId}"`
    const error = brokerError(errorCode, part === undefined ? group : `${part} in ${group}`)
    if (error.remedy === 'find-coordinator') this.forget()
    return error
  }

  /** The next request looks for it anew, unless it has been found since. */
  forget(broker = this.#known): void {
    if (this.#known === broker) this.#known = undefined
  }

  /** Closes the connections to it. */
  close(): void {
    for (const broker of this.#brokers) {
      broker.release(this.#short)
      broker.release(this.#long)
    }
  }
}
