import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Body, RequestOptions } from '../network/request.ts'
import type { Api, Response } from '../protocol/api.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { objectProblems, refuse, signalOf, type WaitOptions } from '../util/known-keys.ts'
import { retrying } from '../util/retry.ts'
import { abortable, eitherSignal } from '../util/wait.ts'
import type { Client } from './client.ts'
import { groupIdProblems, partitionProblems, requestTarget, topicProblems } from './client-arguments.ts'
import { findCoordinators } from './coordinators.ts'
import { OffsetFinder, type OffsetTime, startProblem } from './list-offset.ts'
import type { MetadataOptions } from './metadata.ts'
import { type RequestTarget, routed } from './route.ts'
import type { BrokerNode, PartitionSnapshot, TopicSnapshot } from './snapshot.ts'
import { creationHint, partitionsHint } from './topic-name.ts'

/** The broker that leads a partition. */
export interface PartitionLeader extends BrokerNode {
  /** How often the partition has had a new leader; -1 where the broker does not tell. */
  readonly leaderEpoch: number
}

/**
 * What can be asked of a cluster without a producer, a consumer or an admin; it is `kafka.client`. What it tells of topics comes from
 * the metadata that all clients of one Kafka share, which is asked for where a topic is not known yet, and as old as
 * `metadata.refreshFrequencyMs` at most: {@link refreshMetadata} makes it new. Nothing here creates a topic.
 *
 * Failures that may heal are tried again by `metadata.retry`. All methods throw {@link ConfigurationError} naming the argument at
 * fault, {@link BrokerError} such as UNKNOWN_TOPIC_OR_PARTITION, {@link ConnectionError} or {@link TimeoutError} when no broker
 * answers, and {@link ClosedError}.
 */
export class KafkaClient {
  readonly #client: Client
  readonly #retry: RetryPolicy
  readonly #timeoutMs: number
  readonly #offsets: OffsetFinder
  /** Requests of users have connections of their own: one that the broker lets wait must not stall the others. */
  readonly #purpose = Symbol('client')

  /** @internal */
  constructor(client: Client, { retry, timeoutMs }: MetadataOptions) {
    this.#client = client
    this.#retry = retry
    this.#timeoutMs = timeoutMs
    this.#offsets = new OffsetFinder(client, 'read_uncommitted')
  }

  /** The live brokers, by node id. */
  async brokers(options?: WaitOptions): Promise<BrokerNode[]> {
    const signal = signalOf(options)
    const { brokers } = await this.#client.metadata.ready(signal)
    return [...brokers.values()].sort((a, b) => a.nodeId - b.nodeId)
  }

  /** The controller; under KRaft a live broker, which passes on what is meant for it. */
  async controller(options?: WaitOptions): Promise<BrokerNode> {
    const signal = signalOf(options)
    return this.#patiently(signal, async signal => this.#node(await this.#client.controller(signal)))
  }

  /** The names of all topics of the cluster that this client may see, sorted, as the cluster says now. */
  async topics(options?: WaitOptions): Promise<string[]> {
    const signal = signalOf(options)
    const topics = await this.#patiently(signal, signal => this.#client.topics(null, signal))
    return topics.map(({ name }) => name ?? '').sort()
  }

  /** The numbers of a topic's partitions. */
  async partitions(topic: string, options?: WaitOptions): Promise<number[]> {
    const signal = signalOf(options)
    const { partitions } = await this.#topic(topic, signal)
    return partitions.map(({ partition }) => partition)
  }

  /** The partitions of a topic that have a leader now. */
  async writablePartitions(topic: string, options?: WaitOptions): Promise<number[]> {
    const signal = signalOf(options)
    const { partitions } = await this.#topic(topic, signal)
    return partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition)
  }

  /** The broker that leads a partition. Waits for one to be elected where there is none. */
  async leader(topic: string, partition: number, options?: WaitOptions): Promise<PartitionLeader> {
    const signal = signalOf(options)
    return this.#patiently(signal, async signal => {
      const { leader } = await this.#partition(topic, partition, signal)
      const { broker, leaderEpoch } = this.#client.leader(topic, partition)
      return { ...this.#node(broker), nodeId: leader, leaderEpoch }
    })
  }

  /** The node ids of the brokers that have a replica of a partition, the preferred leader first. */
  async replicas(topic: string, partition: number, options?: WaitOptions): Promise<number[]> {
    const signal = signalOf(options)
    return [...(await this.#ofPartition(topic, partition, signal)).replicas]
  }

  /** The node ids of the replicas that have all that was acknowledged. */
  async inSyncReplicas(topic: string, partition: number, options?: WaitOptions): Promise<number[]> {
    const signal = signalOf(options)
    return [...(await this.#ofPartition(topic, partition, signal)).isr]
  }

  /** The node ids of the replicas whose broker or disk is down. */
  async offlineReplicas(topic: string, partition: number, options?: WaitOptions): Promise<number[]> {
    const signal = signalOf(options)
    return [...(await this.#ofPartition(topic, partition, signal)).offlineReplicas]
  }

  /** The broker that coordinates a consumer group, as the cluster says now. The group need not exist. */
  async coordinator(groupId: string, options?: WaitOptions): Promise<BrokerNode> {
    const signal = signalOf(options)
    refuse(groupIdProblems(groupId))
    return this.#patiently(signal, async signal => {
      const [found] = await findCoordinators(this.#client, 'group', [groupId], signal)
      if (found instanceof KafkaError) throw found
      return this.#node(found!)
    })
  }

  /**
   * The offset of a place in a partition's log: of its first message, of the next one that will be written, or of the first one that
   * is not older than a time (the next one to be written where there is none). Always asks the leader.
   */
  async getOffset(topic: string, partition: number, from: OffsetTime, options?: WaitOptions): Promise<bigint> {
    const signal = signalOf(options)
    const problem = startProblem(from, false)
    const problems: ConfigurationProblem[] = problem === undefined ? [] : [{ option: 'from', problem }]
    refuse([...partitionProblems(topic, partition), ...problems])
    return this.#patiently(signal, async signal => {
      if ((await this.#known(topic, signal)) === undefined) throw this.#missing(topic, partition)
      return this.#offsets.find(topic, partition, from, signal)
    })
  }

  /** Asks the cluster anew about topics, or about all that are in use, so that what is told afterwards is not older than this call. */
  async refreshMetadata(topics: readonly string[] = [], options?: WaitOptions): Promise<void> {
    const signal = signalOf(options)
    if (!Array.isArray(topics))
      throw new ConfigurationError([{ option: 'topics', problem: 'must be a list of topics' }])
    refuse(topics.flatMap((topic, i) => topicProblems(topic, `topics[${i}]`)))
    const { metadata } = this.#client
    await this.#patiently(signal, async signal => {
      for (const topic of topics) metadata.use(topic)
      await abortable(metadata.refresh(), signal)
      for (const topic of topics) if (metadata.topic(topic) === undefined) throw this.#missing(topic)
    })
  }

  /**
   * Sends a request of any API, as `samsa/protocol` has them in `apis`, and gives its answer:
   * `client.request(apis.DescribeGroups, { groups: ['billing'] }, { group: 'billing' })`. It goes out in the newest version that both
   * sides know; where the body depends on that, give a function that makes it for a version.
   *
   * It is sent again while it fails on its way, which may be after the broker has done it, and while the answer says that nothing was
   * done as another broker has to be asked. All other error codes are left to the caller, in the answer.
   *
   * @param target Where it goes: `{ any: true }`, `{ controller: true }`, `{ broker: 2 }`, `{ leader: { topic, partition } }`,
   * `{ group: 'billing' }` or `{ transactionalId: 'payments' }`. May be left out for an API that any broker or the controller serves.
   * @param options `timeoutMs`: how long the broker may take to answer, in milliseconds, by default `net.requestTimeoutMs` ·
   * `maxVersion`: the newest version to use · `signal`.
   * @throws {@link UnsupportedVersionError} where the broker does not know the API, or its version has no such field.
   */
  async request<A extends Api>(
    api: A,
    body: Body<A>,
    target?: RequestTarget,
    requestOptions: RequestOptions = {},
  ): Promise<Response<A>> {
    refuse(objectProblems(requestOptions, 'options', ['signal', 'timeoutMs', 'maxVersion']))
    const { signal, timeoutMs, maxVersion } = requestOptions
    const where = requestTarget(api, target)
    const either = eitherSignal(this.#client.closing, signal)
    const deadline = performance.now() + Math.max(this.#timeoutMs, timeoutMs ?? 0)
    const retry = this.#retry
    const options = { signal: either.signal, timeoutMs, maxVersion, purpose: this.#purpose, retry, deadline }
    try {
      return await routed(this.#client, api, body, where, options)
    } finally {
      either.dispose()
    }
  }

  /** @internal Closes the connections that {@link request} has opened. */
  release(): void {
    for (const nodeId of this.#client.metadata.snapshot.brokers.keys()) {
      this.#client.brokers.get(nodeId)?.release(this.#purpose)
    }
  }

  /** Calls until it succeeds or there is no hope, with fresh metadata where the error asks for that. */
  async #patiently<T>(signal: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { metadata, closing } = this.#client
    const either = eitherSignal(closing, signal)
    const onRetry = async ({ remedy }: { readonly remedy: string }) => {
      if (remedy === 'refresh-metadata') await abortable(metadata.refresh(), either.signal).catch(() => {})
    }
    try {
      // Where no broker is there at all, it has its own retries.
      await metadata.ready(either.signal)
      return await retrying(this.#retry, { signal: either.signal, onRetry }, () => call(either.signal))
    } finally {
      either.dispose()
    }
  }

  async #topic(topic: string, signal: AbortSignal | undefined): Promise<TopicSnapshot> {
    refuse(topicProblems(topic, 'topic'))
    return this.#patiently(signal, async signal => {
      const known = await this.#known(topic, signal)
      if (known === undefined) throw this.#missing(topic)
      return known
    })
  }

  async #ofPartition(topic: string, partition: number, signal: AbortSignal | undefined): Promise<PartitionSnapshot> {
    refuse(partitionProblems(topic, partition))
    return this.#patiently(signal, signal => this.#partition(topic, partition, signal))
  }

  async #partition(topic: string, partition: number, signal: AbortSignal): Promise<PartitionSnapshot> {
    const known = (await this.#known(topic, signal))?.partitions[partition]
    if (known === undefined) throw this.#missing(topic, partition)
    return known
  }

  /** What is known of a topic, which is asked for if need be. Unlike a look-up, a refresh creates no topic. */
  async #known(topic: string, signal: AbortSignal): Promise<TopicSnapshot | undefined> {
    const { metadata } = this.#client
    const known = metadata.topic(topic)
    if (known !== undefined) return known
    metadata.use(topic)
    await abortable(metadata.refresh(), signal)
    return metadata.topic(topic)
  }

  #missing(topic: string, partition?: number): KafkaError {
    const { metadata } = this.#client
    const code = metadata.snapshot.topicErrors.get(topic) ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
    const known = metadata.topic(topic)
    const hint = known === undefined ? creationHint(code) : `: ${partitionsHint(topic, known.partitions.length)}`
    return brokerError(code, `${partition === undefined ? `topic "${topic}"` : `${topic}-${partition}`}${hint}`)
  }

  #node({ nodeId, address: { host, port } }: Broker): BrokerNode {
    return { nodeId, host, port, rack: this.#client.metadata.snapshot.brokers.get(nodeId)?.rack ?? null }
  }
}
