import type { BrokerErrorName } from '../../errors/broker-codes.ts'
import { ConfigurationError } from '../../errors/client-errors.ts'
import { describeValue } from '../../util/options.ts'
import type { Clock } from '../clock.ts'
import { brokerNumber } from '../configs/broker-configs.ts'
import type { Configs } from '../configs/definition.ts'
import { Layers } from '../layers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { CoordinatorType, EndOfTransaction, Store } from '../store.ts'
import type { BrokerNode } from './broker-node.ts'
import { NO_LEADER, type Partition } from './partition.ts'
import { checkTopicName, newUuid, Topic } from './topic.ts'

/** All topics of a cluster together have no more partitions: each takes memory, whether it is used or not. */
const MAX_PARTITIONS = 100_000

/** A topic that is to be created. -1, or nothing, is what the brokers are configured with. */
export interface NewTopic {
  readonly name: string
  readonly partitions?: number
  readonly replicationFactor?: number
  /** The replicas of each partition, instead of the two numbers. */
  readonly assignments?: readonly (readonly number[])[]
  readonly configs?: Configs
}

/** What all brokers of a cluster agree on, at once: brokers, topics, leaders and coordinators. */
export class ClusterState implements Store {
  readonly id = newUuid()
  readonly clock: Clock
  /** What is set for all brokers. */
  readonly configs: Configs
  readonly brokers = new Map<number, BrokerNode>()
  readonly #topics = new Map<string, Topic>()
  readonly #names = new Map<string, string>()
  /** Where a test has chosen. */
  readonly #coordinators = new Map<string, Layers<number | undefined>>()
  readonly #onTopicDeleted: ((topic: string) => void)[] = []
  readonly #onCoordinatorsMoved: (() => void)[] = []

  constructor(clock: Clock, configs: Configs) {
    this.clock = clock
    this.configs = configs
  }

  get topics(): Topic[] {
    return [...this.#topics.values()]
  }

  /** The brokers that the cluster counts on. */
  get registered(): BrokerNode[] {
    return [...this.brokers.values()].filter(broker => broker.isRegistered)
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  topicById(id: string): Topic | undefined {
    return this.#topics.get(this.#names.get(id) ?? '')
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.#topics.get(topic)?.partitions[index]
  }

  partitions(topic: string): number | undefined {
    return this.#topics.get(topic)?.partitions.length
  }

  topicId(topic: string): string | undefined {
    return this.#topics.get(topic)?.id
  }

  topicName(topicId: string): string | undefined {
    return this.#names.get(topicId)
  }

  onTopicDeleted(listener: (topic: string) => void): void {
    this.#onTopicDeleted.push(listener)
  }

  /** Calls `listener` whenever groups or transactional ids may have got another coordinator. */
  onCoordinatorsMoved(listener: () => void): void {
    this.#onCoordinatorsMoved.push(listener)
  }

  /**
   * Creates a topic; with `validateOnly` only says how it would be.
   *
   * @throws {@link Refusal}
   */
  createTopic(wanted: NewTopic, validateOnly = false): Topic {
    checkTopicName(wanted.name)
    this.#checkIsFree(wanted.name)
    const topic = new Topic(wanted.name, wanted.configs ?? {}, this.configs)
    const added = topic.grow(this.#assignments(wanted))
    if (validateOnly) return topic
    this.#topics.set(topic.name, topic)
    this.#names.set(topic.id, topic.name)
    for (const partition of added) this.#elect(partition)
    return topic
  }

  /** Deletes a topic with all that it holds. */
  deleteTopic({ name, id, partitions }: Topic): void {
    this.#topics.delete(name)
    this.#names.delete(id)
    for (const partition of partitions) partition.lead(NO_LEADER)
    for (const listener of this.#onTopicDeleted) listener(name)
  }

  /** Adds partitions to a topic. @throws {@link Refusal} */
  addPartitions(topic: Topic, count: number, given?: readonly (readonly number[])[], validateOnly = false): void {
    const existing = topic.partitions.length
    if (count <= existing) {
      const problem = `The topic ${topic.name} currently has ${existing} partition(s); ${count} would not be an increase.`
      throw new Refusal('INVALID_PARTITIONS', problem)
    }
    this.#checkRoom(count - existing)
    if (given !== undefined && given.length !== count - existing) {
      const problem = `Attempted to add ${count - existing} additional partition(s), but only ${given.length} assignment(s) were specified.`
      throw new Refusal('INVALID_REPLICA_ASSIGNMENT', problem)
    }
    for (const replicas of given ?? []) this.#checkReplicas(replicas)
    if (validateOnly) return
    const assignments = given ?? this.#spread(existing, count - existing, topic.replicationFactor)
    for (const partition of topic.grow(assignments)) this.#elect(partition)
  }

  /** A broker comes up: it has all of its partitions' logs, and leads those that nobody else does. */
  brokerStarted(id: number): void {
    this.brokers.get(id)!.isRegistered = true
    for (const partition of this.#partitionsOf(id)) {
      if (partition.leader === NO_LEADER) this.#elect(partition)
      // A partition whose last replica in sync is still down stays without a leader.
      if (partition.leader === NO_LEADER || partition.isr.includes(id)) continue
      partition.isr = partition.replicas.filter(replica => replica === id || partition.isr.includes(replica))
    }
    this.#coordinatorsMoved()
  }

  /** A broker has gone down, and others take over what it led. */
  brokerStopped(id: number): void {
    this.brokers.get(id)!.isRegistered = false
    for (const partition of this.#partitionsOf(id)) {
      const others = partition.isr.filter(replica => replica !== id)
      if (others.length > 0) partition.isr = others
      if (partition.leader === id) this.#elect(partition)
    }
    this.#coordinatorsMoved()
  }

  /** @throws {@link ConfigurationError} when that broker cannot lead the partition. */
  moveLeader(partition: Partition, broker: number): void {
    const able = this.#ableToLead(partition)
    if (!able.includes(broker)) {
      const who = able.length === 0 ? 'nobody can' : `only ${able.join(', ')} can`
      const problem = `broker ${broker} cannot lead ${partition.topic}-${partition.index}; ${who}`
      throw new ConfigurationError([{ option: 'broker', problem }])
    }
    if (partition.leader !== broker) partition.lead(broker)
  }

  canLead(partition: Partition, broker: number): boolean {
    return this.#ableToLead(partition).includes(broker)
  }

  /** The broker that would lead after this one; the same where there is no other. */
  nextLeader(partition: Partition): number {
    const able = this.#ableToLead(partition)
    return able[(able.indexOf(partition.leader) + 1) % able.length] ?? NO_LEADER
  }

  coordinator(type: CoordinatorType, key: string): number | undefined {
    const chosen = this.#coordinators.get(`${type} ${key}`)?.newest
    if (chosen !== undefined) return chosen.value
    const ids = [...this.brokers.keys()]
    const first = hash(key) % ids.length
    const inTurn = [...ids.slice(first), ...ids.slice(0, first)]
    return inTurn.find(id => this.brokers.get(id)!.isRegistered)
  }

  /** Makes a broker the coordinator, or nobody; the returned function takes that back. */
  setCoordinator(type: CoordinatorType, key: string, broker: number | undefined): () => void {
    const name = `${type} ${key}`
    const layers = this.#coordinators.get(name) ?? new Layers<number | undefined>()
    this.#coordinators.set(name, layers)
    const takeBack = layers.add(broker)
    this.#coordinatorsMoved()
    return () => {
      takeBack()
      this.#coordinatorsMoved()
    }
  }

  endTransaction(topic: string, index: number, end: EndOfTransaction): void {
    const partition = this.partition(topic, index)
    if (partition === undefined) return
    // A marker in the name of a producer that has been replaced has nothing to say any more.
    orRefusal(() => this.writeMarker(partition, end))
  }

  /** Writes the marker that ends a transaction. @throws {@link Refusal} */
  writeMarker(partition: Partition, end: EndOfTransaction): void {
    partition.log.end(end, partition.leaderEpoch, this.clock.now())
    this.#forgetProducers(partition)
    partition.changed()
  }

  /** Deletes what a partition need not keep any more. */
  retain({ configs }: Topic, partition: Partition): void {
    partition.log.retain({ bytes: configs.retentionBytes, ms: configs.retentionMs }, this.clock.now())
    this.#forgetProducers(partition)
  }

  #forgetProducers({ log }: Partition): void {
    log.producers.forget(this.clock.now() - brokerNumber('producer.id.expiration.ms', this.configs))
  }

  #partitionsOf(broker: number): Partition[] {
    return this.topics.flatMap(({ partitions }) => partitions.filter(({ replicas }) => replicas.includes(broker)))
  }

  #elect(partition: Partition): void {
    const next = this.#ableToLead(partition)[0] ?? NO_LEADER
    if (next === partition.leader && next === NO_LEADER) return
    partition.lead(next)
  }

  #ableToLead({ replicas, isr }: Partition): number[] {
    return replicas.filter(id => isr.includes(id) && this.brokers.get(id)!.isRegistered)
  }

  #coordinatorsMoved(): void {
    for (const listener of this.#onCoordinatorsMoved) listener()
  }

  #checkIsFree(name: string): void {
    if (this.#topics.has(name)) throw new Refusal('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    // Metrics have underscores for dots, so Kafka keeps such names apart.
    const like = (other: string): boolean => other.replaceAll('.', '_') === name.replaceAll('.', '_')
    const other = [...this.#topics.keys()].find(like)
    if (other === undefined) return
    throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
  }

  #assignments({ partitions = -1, replicationFactor = -1, assignments }: NewTopic): readonly (readonly number[])[] {
    if (assignments !== undefined) {
      this.#checkRoom(assignments.length)
      for (const replicas of assignments) this.#checkReplicas(replicas)
      return assignments
    }
    const count = partitions === -1 ? brokerNumber('num.partitions', this.configs) : partitions
    if (!Number.isInteger(count)) throw notWhole('INVALID_PARTITIONS', 'Number of partitions', count)
    if (count < 1) throw new Refusal('INVALID_PARTITIONS', 'Number of partitions must be larger than 0.')
    this.#checkRoom(count)
    const live = this.registered.length
    const usual = Math.min(brokerNumber('default.replication.factor', this.configs), live)
    const factor = replicationFactor === -1 ? usual : replicationFactor
    if (!Number.isInteger(factor)) throw notWhole('INVALID_REPLICATION_FACTOR', 'Replication factor', factor)
    if (factor < 1) throw new Refusal('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0.')
    if (factor > live) {
      const problem = `The target replication factor of ${factor} cannot be reached because only ${live} broker(s) are registered.`
      throw new Refusal('INVALID_REPLICATION_FACTOR', `Unable to replicate the partition ${factor} time(s): ${problem}`)
    }
    return this.#spread(0, count, factor)
  }

  #checkRoom(added: number): void {
    const all = this.topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
    if (all + added <= MAX_PARTITIONS) return
    const problem = `This cluster, which is in memory, has room for ${MAX_PARTITIONS} partitions: ${all} are there, and ${added} more are too many.`
    throw new Refusal('INVALID_PARTITIONS', problem)
  }

  /** Replicas for partitions from `first` on, so that each broker leads as many. */
  #spread(first: number, count: number, replicationFactor: number): number[][] {
    const ids = this.registered.map(({ id }) => id)
    return Array.from({ length: count }, (_, i) =>
      Array.from({ length: replicationFactor }, (_, j) => ids[(first + i + j) % ids.length]!),
    )
  }

  #checkReplicas(replicas: readonly number[]): void {
    const unknown = replicas.find(id => !this.brokers.has(id))
    if (replicas.length > 0 && new Set(replicas).size === replicas.length && unknown === undefined) return
    const problem =
      unknown === undefined
        ? 'has none, or one of them twice'
        : `includes broker ${unknown}, but no such broker is registered`
    throw new Refusal('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment ${problem}.`)
  }
}

/** A test's options may have anything where requests have integers. */
function notWhole(error: BrokerErrorName, what: string, value: unknown): Refusal {
  return new Refusal(error, `${what} must be a whole number, not ${describeValue(value)}.`)
}

/** Java's hash of a string, as a number from 0 on. */
function hash(text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0
  return sum & 0x7fffffff
}
