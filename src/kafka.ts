import { Admin } from './admin/admin.ts'
import { Client } from './cluster/client.ts'
import { groupIdProblems } from './cluster/client-arguments.ts'
import { KafkaClient } from './cluster/kafka-client.ts'
import type { StartOffset } from './cluster/list-offset.ts'
import { bootstrapOf, type KafkaConfig, kafkaOptions, type ResolvedConfig } from './config.ts'
import { Consumer as ConsumerClass, type ConsumerContext } from './consumer/consumer.ts'
import type { Consumer } from './consumer/public.ts'
import type { ConsumerInterceptor } from './consumer/types.ts'
import { ClosedError } from './errors/client-errors.ts'
import { ConsumerGroup } from './group/consumer-group.ts'
import { OffsetManager } from './group/offset-manager.ts'
import { dialLeader } from './leader/dial-leader.ts'
import type { LeaderConnection } from './leader/leader-connection.ts'
import { Producer as ProducerClass } from './producer/producer.ts'
import type { Producer } from './producer/public.ts'
import type { Data, ProducerInterceptor } from './producer/types.ts'
import type { Deserializer, Serializer } from './serde/serde.ts'
import { objectProblems, refuse, signalOf, type WaitOptions } from './util/known-keys.ts'
import { resolveOptions } from './util/options.ts'
import { onAbort } from './util/wait.ts'

/** The options of a producer whose keys are `K` and whose values are `V`. */
export interface ProducerConfig<K = Data, V = Data>
  extends Omit<NonNullable<KafkaConfig['producer']>, 'key' | 'value' | 'interceptors'> {
  /** How keys become bytes; without it they are text, bytes or Encoders. */
  readonly key?: Serializer<K> | undefined
  /** How values become bytes; without it they are text, bytes or Encoders. */
  readonly value?: Serializer<V> | undefined
  /** See each message before it is serialized, one after another. */
  readonly interceptors?: readonly ProducerInterceptor<K, V>[] | undefined
}

/** The options of a consumer whose keys are `K` and whose values are `V`. */
export interface ConsumerConfig<K = Buffer, V = Buffer>
  extends Omit<NonNullable<KafkaConfig['consumer']>, 'key' | 'value' | 'interceptors'> {
  /** How keys are made of bytes; without it they are Buffers. */
  readonly key?: Deserializer<K> | undefined
  /** How values are made of bytes; without it they are Buffers. */
  readonly value?: Deserializer<V> | undefined
  /** See each message before it is handed out, one after another. */
  readonly interceptors?: readonly ConsumerInterceptor<K, V>[] | undefined
}

/** Options of {@link Kafka.dialLeader}. */
export interface DialLeaderOptions extends WaitOptions {
  /** Where reading begins. Default `'oldest'`. */
  readonly from?: StartOffset | undefined
  /** How it writes, over the `producer` slice of the configuration: `acks`, `compression`, … */
  readonly producer?: KafkaConfig['producer']
  /** How it reads, over the `consumer` slice of the configuration: `isolationLevel`, `maxWaitMs`, `checkCrcs`, `fetch.defaultBytes`. */
  readonly consumer?: KafkaConfig['consumer']
}

/**
 * A Kafka cluster as seen from here. Connects to nothing until it must. Its producers, consumers and admins share
 * metadata, brokers and connections.
 */
export class Kafka implements AsyncDisposable {
  /** What can be asked of the cluster without a producer, a consumer or an admin. */
  readonly client: KafkaClient
  readonly #config: ResolvedConfig
  readonly #client: Client
  readonly #children = new Set<{ close(options: WaitOptions): Promise<void> }>()
  readonly #givenUp = new AbortController()
  #closing: Promise<void> | undefined

  /** @throws {@link ConfigurationError} that lists every problem of the configuration. */
  constructor(config: KafkaConfig) {
    const resolved = resolveOptions(kafkaOptions, config, '')
    const { brokers, clientId, net, metadata, logger, hooks } = resolved
    this.#config = resolved
    this.#client = new Client({ bootstrap: bootstrapOf(brokers), clientId, net, metadata, logger, hooks })
    this.client = new KafkaClient(this.#client, metadata)
  }

  /**
   * A producer; `options` override the `producer` slice of the configuration. Its serializers say what its keys and values are:
   * `kafka.producer({ value: json<Order>() })` sends orders.
   */
  producer<K = Data, V = Data>(options?: ProducerConfig<K, V>): Producer<K, V> {
    const client = this.#open()
    const resolved = this.#with({ producer: options as KafkaConfig['producer'] }).producer
    const producer: Producer<K, V> = new ProducerClass(client, resolved, () => this.#children.delete(producer))
    this.#children.add(producer)
    return producer
  }

  /**
   * A consumer without a group; `options` override the `consumer` slice of the configuration. Its deserializers say what its keys and
   * values are: `kafka.consumer({ key: string(), value: json<Order>() })` reads orders.
   */
  consumer<K = Buffer, V = Buffer>(options?: ConsumerConfig<K, V>): Consumer<K, V> {
    const client = this.#open()
    const config = this.#with({ consumer: options as KafkaConfig['consumer'] })
    const consumer: Consumer<K, V> = new ConsumerClass(client, config.consumer, contextOf(config), () =>
      this.#children.delete(consumer),
    )
    this.#children.add(consumer)
    return consumer
  }

  /**
   * A member of a consumer group, which it joins when it begins to consume; `options` override the `consumer` slice of the
   * configuration. Deserializers say what its keys and values are, as for {@link consumer}.
   */
  consumerGroup<K = Buffer, V = Buffer>(groupId: string, options?: ConsumerConfig<K, V>): ConsumerGroup<K, V> {
    const client = this.#open()
    refuse(groupIdProblems(groupId))
    const config = this.#with({ consumer: options as KafkaConfig['consumer'] })
    const group: ConsumerGroup<K, V> = new ConsumerGroup(client, groupId, config.consumer, contextOf(config), () =>
      this.#children.delete(group),
    )
    this.#children.add(group)
    return group
  }

  /**
   * The offsets of a group, for who reads without being a member: sarama's offset manager. `options` override the `consumer` slice of
   * the configuration.
   */
  offsetManager(groupId: string, options?: Pick<ConsumerConfig, 'offsets' | 'retry'>): OffsetManager {
    const client = this.#open()
    refuse(groupIdProblems(groupId))
    const { offsets, retry: openRetry } = this.#with({ consumer: options }).consumer
    const manager: OffsetManager = new OffsetManager(client, groupId, { ...offsets, openRetry }, () =>
      this.#children.delete(manager),
    )
    this.#children.add(manager)
    return manager
  }

  /** An admin; `options` override the `admin` slice of the configuration. */
  admin(options?: KafkaConfig['admin']): Admin {
    return new Admin(this.#open(), this.#with({ admin: options }).admin)
  }

  /**
   * One partition, to be written to and read from step by step, as a `Conn` of kafka-go is. A topic that does not exist is created
   * where the brokers and `metadata.allowAutoTopicCreation` allow that. Messages are bytes or text: serializers, deserializers and
   * interceptors of the configuration are not used.
   *
   * @throws {@link ConfigurationError} · {@link BrokerError} such as UNKNOWN_TOPIC_OR_PARTITION · {@link ConnectionError} ·
   * {@link TimeoutError} · {@link ClosedError}.
   */
  async dialLeader(topic: string, partition: number, options: DialLeaderOptions = {}): Promise<LeaderConnection> {
    const client = this.#open()
    refuse(objectProblems(options, 'options', ['from', 'signal', 'producer', 'consumer']))
    const { from = 'oldest', signal, ...slices } = options
    const config = this.#with(slices)
    const connection = await dialLeader(client, { topic, partition }, from, signal, {
      ...config,
      onClosed: () => this.#children.delete(connection),
    })
    this.#children.add(connection)
    if (this.#closing !== undefined) {
      // It came too late to be closed with the others.
      await connection.close()
      this.#open()
    }
    return connection
  }

  /**
   * Closes all that it handed out, producers after they have sent what they have, then every connection. Aborting
   * `signal` stops the sending, whoever closed first: what is left then fails.
   *
   * @throws {@link ClosedError} when a producer gave messages up; everything is closed all the same.
   */
  async close(options?: WaitOptions): Promise<void> {
    const signal = signalOf(options)
    this.#closing ??= this.#shutDown()
    if (signal === undefined) return this.#closing
    const forget = onAbort(signal, () => this.#givenUp.abort(signal.reason))
    return this.#closing.finally(forget)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    const { signal } = this.#givenUp
    const outcomes = await Promise.allSettled([...this.#children].map(child => child.close({ signal })))
    this.#client.close()
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** The configuration with other options for one child, checked as a whole. */
  #with(slice: Partial<KafkaConfig>): ResolvedConfig {
    return resolveOptions(kafkaOptions, { brokers: this.#config.brokers, ...slice }, '', undefined, this.#config)
  }

  #open(): Client {
    if (this.#closing !== undefined) throw new ClosedError('this Kafka is closed')
    return this.#client
  }
}

function contextOf({ rackId, maxDecompressedBatchBytes, metadata }: ResolvedConfig): ConsumerContext {
  return {
    rackId: rackId ?? '',
    maxDecompressedBytes: maxDecompressedBatchBytes,
    refreshFrequencyMs: metadata.refreshFrequencyMs,
  }
}
