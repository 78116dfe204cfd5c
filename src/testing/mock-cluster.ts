import type { BrokerErrorName } from '../errors/broker-codes.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { refuse } from '../util/known-keys.ts'
import { describeValue, resolveOptions } from '../util/options.ts'
import type { Clock } from './clock.ts'
import { ClusterCore } from './cluster-core.ts'
import type { GroupView } from './coordinators/group-view.ts'
import { type FailingWhere, type Fault, faultOf } from './faults/faults.ts'
import type { ReceivedRequest, RequestFilter } from './faults/history.ts'
import { answerWith, type RequestHandler } from './faults/own-handler.ts'
import type { Where } from './faults/where.ts'
import type { FixtureMessage } from './fixture-record.ts'
import { Fixtures, type ProduceOptions, type Written } from './fixtures.ts'
import type { ApiName } from './handlers.ts'
import { type LogView, viewOf } from './log/log-view.ts'
import {
  type ApiVersionLimits,
  asConfigs,
  type MockClusterOptions,
  mockClusterOptions,
  type TopicOptions,
} from './options.ts'
import { orRefusal, Refusal } from './refusal.ts'
import type { Partition } from './state/partition.ts'
import type { Topic } from './state/topic.ts'
import type { CoordinatorType } from './store.ts'

const DISCONNECTS = ['before-request', 'before-answer', 'after-answer'] as const

/**
 * A Kafka cluster inside the process, for tests: brokers that listen on free ports of the loopback interface and speak
 * Kafka's protocol, so that any client can use them. All is kept in memory. Nothing of it keeps the process alive.
 *
 * Whatever breaks it gives a {@link Fault} that mends it again.
 */
export class MockCluster implements AsyncDisposable {
  readonly #core: ClusterCore
  readonly #fixtures: Fixtures

  private constructor(core: ClusterCore) {
    this.#core = core
    this.#fixtures = new Fixtures(core.state)
  }

  /**
   * Starts a cluster, in a few milliseconds.
   *
   * @throws ConfigurationError that lists every problem of the options.
   */
  static async start(options: MockClusterOptions = {}): Promise<MockCluster> {
    const resolved = resolveOptions(mockClusterOptions, options, '')
    const core = new ClusterCore(resolved)
    await core.start()
    const cluster = new MockCluster(core)
    try {
      refuse(Object.entries(resolved.topics).flatMap(([name, topic]) => cluster.#create(name, topic)))
    } catch (error) {
      core.close()
      throw error
    }
    return cluster
  }

  /** The addresses of all brokers as `host:port`: the bootstrap list for clients. */
  get brokers(): string[] {
    return [...this.#core.state.brokers.values()].map(({ host, port }) => `${host}:${port}`)
  }

  /** What the cluster takes its time from. */
  get clock(): Clock {
    return this.#core.state.clock
  }

  /** Closes all connections and takes no more. */
  async stop(): Promise<void> {
    this.#core.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** @throws ConfigurationError when the topic cannot be, or is there already. */
  createTopic(name: string, options: TopicOptions = {}): void {
    refuse(this.#create(name, options))
  }

  /** Deletes a topic and all that is in it. @throws ConfigurationError when there is no such topic. */
  deleteTopic(name: string): void {
    this.#core.state.deleteTopic(this.#topic(name))
  }

  /**
   * Writes messages without a client; those that are strings are values. One batch for each partition.
   *
   * @returns where each of them is.
   * @throws ConfigurationError when there is no such topic, which is not created, or partition.
   */
  produce(topic: string, messages: readonly (string | FixtureMessage)[], options: ProduceOptions = {}): Written[] {
    return this.#fixtures.produce(this.#topic(topic), messages, options)
  }

  /** The log of a partition as it is now. @throws ConfigurationError when there is no such partition. */
  log(topic: string, partition: number): LogView {
    return viewOf(this.#partition(topic, partition))
  }

  /** All consumer groups as they are now. */
  groups(): GroupView[] {
    return this.#core.coordinators.groups()
  }

  /** The requests that brokers got, the oldest first: the last 10,000, as far as they take no more than 16 MiB. */
  requests(): ReceivedRequest[]
  requests<N extends ApiName>(api: N, filter?: RequestFilter): ReceivedRequest<N>[]
  requests(api?: ApiName, filter: RequestFilter = {}): ReceivedRequest[] {
    return this.#core.history.list(matches(api, filter))
  }

  /** The next request of an API from now on, at the time it comes: there is no answer yet. */
  nextRequest<N extends ApiName>(api: N, filter: RequestFilter = {}): Promise<ReceivedRequest<N>> {
    return this.#core.history.next(matches(api, filter)) as Promise<ReceivedRequest<N>>
  }

  /** Forgets the requests so far. */
  clearRequests(): void {
    this.#core.history.clear()
  }

  /**
   * Stops a broker: its connections are closed and new ones refused. Others lead its partitions, as far as these have more
   * replicas, and coordinate its groups. Undoing starts it again, on the same port.
   *
   * @param options With `isNoticed: false` the cluster takes it to be there, as it does for seconds after a crash.
   */
  stopBroker(id: number, { isNoticed = true }: { readonly isNoticed?: boolean } = {}): Fault {
    this.#checkBroker(id)
    this.#core.stopBroker(id, isNoticed)
    return faultOf(() => this.#core.startBroker(id))
  }

  /** Starts a broker that was stopped. It has the logs of its partitions at once. */
  async startBroker(id: number): Promise<void> {
    this.#checkBroker(id)
    await this.#core.startBroker(id)
  }

  /**
   * Makes another replica lead a partition. Undoing brings the one before back, if it can lead then.
   *
   * @throws ConfigurationError when that one cannot.
   */
  moveLeader(topic: string, partition: number, broker: number): Fault {
    const { state } = this.#core
    const moved = this.#partition(topic, partition)
    const { leader } = moved
    state.moveLeader(moved, broker)
    return faultOf(() => {
      if (state.canLead(moved, leader)) state.moveLeader(moved, leader)
    })
  }

  /** Gives every partition that has several replicas another leader. Undoing brings those back that can lead then. */
  shuffleLeaders(): Fault {
    const { state } = this.#core
    const all = state.topics.flatMap(({ partitions }) => partitions)
    const before = all.map(partition => ({ partition, leader: partition.leader }))
    for (const { partition, leader } of before)
      if (leader >= 0) state.moveLeader(partition, state.nextLeader(partition))
    return faultOf(() => {
      for (const { partition, leader } of before)
        if (state.canLead(partition, leader)) state.moveLeader(partition, leader)
    })
  }

  /**
   * Loses the end of a log, from `offset` on, as when a replica that was behind is made the leader: the leader epoch goes up.
   * Batches are lost whole.
   */
  truncate(topic: string, partition: number, offset: bigint): void {
    const truncated = this.#partition(topic, partition)
    truncated.log.truncate(offset)
    truncated.lead(truncated.leader)
  }

  /** Makes another broker coordinate a group or a transactional id. Undoing leaves it to the cluster again. */
  moveCoordinator(type: CoordinatorType, key: string, broker: number): Fault {
    this.#checkBroker(broker)
    return faultOf(this.#core.state.setCoordinator(type, key, broker))
  }

  /** Leaves a group or a transactional id without a coordinator. */
  removeCoordinator(type: CoordinatorType, key: string): Fault {
    return faultOf(this.#core.state.setCoordinator(type, key, undefined))
  }

  /** Holds requests up, as if the way to the broker and back took so many milliseconds. */
  delay(ms: number, where: Where = {}): Fault {
    return this.#core.faults.delay(ms, where)
  }

  /** Answers nothing until it is undone; then what has waited is handled. What comes later on the same connections waits too. */
  hang(where: Where = {}): Fault {
    return this.#core.faults.hang(where)
  }

  /**
   * Closes connections: `before-request`, so that nothing is done; `before-answer`, when it is done and the client does not
   * learn of it; or `after-answer`.
   */
  disconnect(when: (typeof DISCONNECTS)[number], where: Where = {}): Fault {
    if (!DISCONNECTS.includes(when)) {
      refuse([
        { option: 'when', problem: `must be ${DISCONNECTS.map(describeValue).join(', ')}, not ${describeValue(when)}` },
      ])
    }
    const closes = when === 'after-answer' ? 'after' : 'instead'
    return this.#core.faults.intercept(where, async (_, next) =>
      when === 'before-request' ? { body: undefined, closes } : { ...(await next()), closes },
    )
  }

  /** Sends half of each answer, and closes the connection. */
  cutAnswers(where: Where = {}): Fault {
    return this.#core.faults.intercept(where, async (_, next) => ({ ...(await next()), closes: 'inside' }))
  }

  /**
   * Answers with an error and does nothing of what is asked. In Produce, Fetch, ListOffsets, Metadata, OffsetForLeaderEpoch
   * and DeleteRecords it befalls each partition (of Metadata: topic) for itself, and `times` counts them.
   */
  fail(error: BrokerErrorName, where: FailingWhere): Fault {
    return this.#core.faults.fail(error, where)
  }

  /** Tells clients in each answer to send nothing for so many milliseconds, and reads nothing from them meanwhile. */
  throttle(ms: number, where: Where = {}): Fault {
    return this.#core.faults.throttle(ms, where)
  }

  /** Lies about the versions of APIs: says these instead of the true ones, or nothing of an API where it is null. */
  advertise(versions: ApiVersionLimits): Fault {
    const { dispatcher } = this.#core
    const before = dispatcher.lies
    dispatcher.lies = { ...before, ...versions }
    return faultOf(() => {
      dispatcher.lies = before
    })
  }

  /** Answers requests of an API in place of the brokers, or together with them: see {@link RequestHandler}. */
  on<N extends ApiName>(api: N, handler: RequestHandler<N>): Fault {
    const fault = this.#core.faults.intercept({ api }, answerWith(handler))
    this.#core.dispatcher.add(api)
    return fault
  }

  /** What is wrong with the topic, or nothing: it is created. */
  #create(name: string, { configs, ...sizes }: TopicOptions): ConfigurationProblem[] {
    const outcome = orRefusal(() => this.#core.state.createTopic({ name, ...sizes, configs: asConfigs(configs ?? {}) }))
    if (!(outcome instanceof Refusal)) return []
    return [{ option: `topics[${JSON.stringify(name)}]`, problem: outcome.message }]
  }

  #topic(name: string): Topic {
    const topic = this.#core.state.topic(name)
    if (topic !== undefined) return topic
    const known = this.#core.state.topics.map(each => each.name)
    const there = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`
    throw badArgument('topic', `there is no topic "${name}"; ${there}`)
  }

  #partition(name: string, index: number): Partition {
    const { partitions } = this.#topic(name)
    const partition = partitions[index]
    if (partition !== undefined) return partition
    throw badArgument('partition', `must be 0 to ${partitions.length - 1}, the partitions of ${name}, not ${index}`)
  }

  #checkBroker(id: number): void {
    const { brokers } = this.#core.state
    if (!brokers.has(id)) throw badArgument('broker', `must be one of ${[...brokers.keys()].join(', ')}, not ${id}`)
  }
}

function matches(api: ApiName | undefined, { broker, clientId }: RequestFilter) {
  return (request: ReceivedRequest): boolean =>
    (api === undefined || request.api === api) &&
    (broker === undefined || request.broker === broker) &&
    (clientId === undefined || request.clientId === clientId)
}

function badArgument(option: string, problem: string): ConfigurationError {
  return new ConfigurationError([{ option, problem }])
}
