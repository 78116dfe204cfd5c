import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ClosedError } from '../errors/client-errors.ts'
import type { Broker, Purpose } from '../network/broker.ts'
import type { NetOptions } from '../network/dial.ts'
import type { Body, RequestOptions } from '../network/request.ts'
import { LoginPace } from '../network/sasl/login-pace.ts'
import { type Hooks, safeHooks } from '../observe/hooks.ts'
import { type Logger, safeLogger } from '../observe/logger.ts'
import type { Api, Response } from '../protocol/api.ts'
import { Metadata as MetadataApi } from '../protocol/messages/metadata.ts'
import { eitherSignal } from '../util/wait.ts'
import { type Bootstrap, Brokers } from './brokers.ts'
import { Metadata, type MetadataOptions } from './metadata.ts'
import type { PartitionSnapshot } from './snapshot.ts'

export interface ClientOptions {
  readonly bootstrap: Bootstrap
  readonly clientId: string
  readonly net: NetOptions
  readonly metadata: MetadataOptions
  readonly logger: Logger
  readonly hooks?: Hooks | undefined
}

/** The leader of a partition, as far as the snapshot knows. */
export interface Leader {
  readonly broker: Broker
  readonly leaderEpoch: number
}

/** What producers, consumers and admins of one Kafka share: its metadata and its brokers' connections. */
export class Client {
  readonly metadata: Metadata
  readonly brokers: Brokers
  readonly logger: Logger
  /** What is to be told; those that are not given are undefined, the others never throw. */
  readonly hooks: Hooks
  readonly net: NetOptions
  readonly #closing = new AbortController()

  constructor({ bootstrap, clientId, net, metadata, logger, hooks = {} }: ClientOptions) {
    this.logger = safeLogger(logger)
    this.hooks = safeHooks(hooks, this.logger)
    this.net = net
    const context = { net, clientId, logins: new LoginPace(), logger: this.logger, hooks: this.hooks }
    this.brokers = new Brokers(bootstrap, context, () => this.metadata.refreshSoon())
    this.metadata = new Metadata(this.brokers, metadata, this.logger, this.hooks, this.#closing.signal)
  }

  /** Aborted when the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * The broker that leads a partition, from the current snapshot.
   *
   * @throws {@link BrokerError} whose remedy is to refresh the metadata, where the snapshot has no leader.
   */
  leader(topic: string, partition: number): Leader {
    const known = this.metadata.topic(topic)?.partitions[partition]
    if (known === undefined) {
      // It may have been forgotten while nobody asked for its leader: the refresh that follows must ask for it.
      this.metadata.use(topic)
      const code = this.metadata.snapshot.topicErrors.get(topic) ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
      throw brokerError(code, `${topic}-${partition}`)
    }
    const broker = this.brokers.get(known.leader)
    if (broker === undefined) throw this.#leaderless(topic, known)
    return { broker, leaderEpoch: known.leaderEpoch }
  }

  /** The broker that takes the requests meant for the controller: under KRaft any broker, which passes them on. */
  async controller(signal?: AbortSignal): Promise<Broker> {
    const { controllerId } = await this.metadata.ready(signal)
    const broker = this.brokers.get(controllerId)
    if (broker === undefined) throw brokerError(errorCodes.NOT_CONTROLLER, `the controller (node ${controllerId})`)
    return broker
  }

  /**
   * What the cluster says of topics now, of all of them for null. Creates none, and leaves the snapshot as it is. Every broker is
   * asked until one answers.
   */
  async topics(names: readonly string[] | null, signal?: AbortSignal): Promise<Response<typeof MetadataApi>['topics']> {
    await this.metadata.ready(signal)
    const asked = names?.map(name => ({ name })) ?? null
    const either = eitherSignal(this.closing, signal)
    const options = { signal: either.signal }
    try {
      return await this.brokers.callAny(async broker => {
        const body = (version: number) => ({
          // In version 0 an empty list means all topics.
          topics: asked === null && version === 0 ? [] : asked,
          ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
        })
        return (await this.request(broker, MetadataApi, body, options)).topics
      }, either.signal)
    } finally {
      either.dispose()
    }
  }

  /** Sends a request to a broker, over its general connection or another. Does not retry. */
  async request<A extends Api>(
    broker: Broker,
    api: A,
    body: Body<A>,
    options?: RequestOptions,
    purpose: Purpose = 'general',
  ): Promise<Response<A>> {
    const connection = await broker.connection(purpose, options?.signal)
    return connection.request(api, body, options)
  }

  close(): void {
    this.#closing.abort(new ClosedError('the Kafka client was closed'))
    this.brokers.close()
  }

  #leaderless(topic: string, { partition, leader, errorCode }: PartitionSnapshot): Error {
    const code = errorCode === 0 ? errorCodes.LEADER_NOT_AVAILABLE : errorCode
    const who = leader < 0 ? '' : ` (its leader, node ${leader}, is not among the live brokers)`
    return brokerError(code, `${topic}-${partition}${who}`)
  }
}
