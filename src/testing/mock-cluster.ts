import type { BrokerErrorName } from '../errors/broker-codes.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { listProblems, objectProblems, refuse } from '../util/known-keys.ts'
import { describeValue, resolveOptions } from '../util/options.ts'
import type { Clock } from './clock.ts'
import { ClusterCore } from './cluster-core.ts'
import type { GroupView } from './coordinators/group-view.ts'
import { apiProblems, brokerProblems, choiceProblems, ifGiven, textProblems } from './faults/argument-problems.ts'
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
  topicProblems,
  versionProblems,
} from './options.ts'
import { orRefusal, Refusal } from './refusal.ts'
import { NO_LEADER, type Partition } from './state/partition.ts'
import type { Topic } from './state/topic.ts'
import type { CoordinatorType } from './store.ts'

const DISCONNECTS = ['before-request', 'before-answer', 'after-answer'] as const
const COORDINATOR_TYPES: readonly CoordinatorType[] = ['group', 'transaction']
/** What ApiVersions can say. */
const ANY_VERSION = { min: 0, max: 32_767 }

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

  /**
   * Closes all connections and takes no more.
   *
   * @throws what one of your own handlers threw first, see {@link on}; only the first call does.
   */
  async stop(): Promise<void> {
    this.#core.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** @throws ConfigurationError when the topic cannot be, or is there already. */
  createTopic(name: string, options: TopicOptions = {}): void {
    refuse(topicProblems('options', options))
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
   * @throws ConfigurationError when there is no such topic, which is not created, or partition, or what is given is no list.
   */
  produce(topic: string, messages: readonly (string | FixtureMessage)[], options: ProduceOptions = {}): Written[] {
    const { transaction } = options
    refuse([
      ...objectProblems(options, 'options', ['compression', 'transaction']),
      ...ifGiven(transaction, end => choiceProblems('options.transaction', end, ['commit', 'abort', 'open'])),
      ...listProblems(messages, 'messages'),
    ])
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
    return this.#core.history.list(this.#matches(api, filter))
  }

  /**
   * The next request of an API from now on, at the time it comes: there is no answer yet.
   *
   * @returns a promise that rejects with a ClosedError when the cluster stops before.
   */
  nextRequest<N extends ApiName>(api: N, filter: RequestFilter = {}): Promise<ReceivedRequest<N>> {
    return this.#core.history.next(this.#matches(api, filter)) as Promise<ReceivedRequest<N>>
  }

  /** Forgets the requests so far. */
  clearRequests(): void {
    this.#core.history.clear()
  }

  /**
   * Stops a broker: its connections are closed and new ones refused. Others lead its partitions, as far as these have more
   * replicas, and coordinate its groups. Undoing starts it again, on the same port: it throws a ConfigurationError if
   * somebody else has taken that meanwhile.
   *
   * @param options With `isNoticed: false` the cluster takes it to be there, as it does for seconds after a crash.
   */
  stopBroker(id: number, options: { readonly isNoticed?: boolean } = {}): Fault {
    this.#checkBroker(id)
    refuse(objectProblems(options, 'options', ['isNoticed']))
    const { isNoticed = true } = options
    this.#core.stopBroker(id, isNoticed)
    return faultOf(() => this.#core.startBroker(id))
  }

  /**
   * Starts a broker that was stopped. It has the logs of its partitions at once.
   *
   * @throws ConfigurationError when there is no such broker, or somebody else has taken its port.
   */
  async startBroker(id: number): Promise<void> {
    this.#checkBroker(id)
    await this.#core.startBroker(id)
  }

  /**
   * Makes another replica lead a partition. Undoing brings the one before back, or that of the newest move that is left, if
   * it can lead then.
   *
   * @throws ConfigurationError when that one cannot.
   */
  moveLeader(topic: string, partition: number, broker: number): Fault {
    return faultOf(this.#core.leaders.move(this.#partition(topic, partition), broker))
  }

  /** Gives every partition that has several replicas another leader. Undoing brings those back that can lead then. */
  shuffleLeaders(): Fault {
    const { state, leaders } = this.#core
    const undos = state.topics
      .flatMap(({ partitions }) => partitions)
      .map(partition => ({ partition, next: state.nextLeader(partition) }))
      .filter(({ partition, next }) => partition.leader !== NO_LEADER && next !== partition.leader)
      .map(({ partition, next }) => leaders.move(partition, next))
    return faultOf(() => {
      for (const undo of undos) undo()
    })
  }

  /**
   * Loses the end of a log, from `offset` on, as when a replica that was behind is made the leader: the leader epoch goes up.
   * Batches are lost whole.
   */
  truncate(topic: string, partition: number, offset: bigint): void {
    const truncated = this.#partition(topic, partition)
    if (typeof offset !== 'bigint' || offset < 0n) {
      throw badArgument('offset', `must be a bigint from 0n on, not ${describeValue(offset)}`)
    }
    truncated.log.truncate(offset)
    truncated.lead(truncated.leader)
  }

  /**
   * Makes another broker coordinate a group or a transactional id. Undoing leaves that to the newest such call that is left, or
   * else to the cluster.
   */
  moveCoordinator(type: CoordinatorType, key: string, broker: number): Fault {
    checkCoordinated(type, key)
    this.#checkBroker(broker)
    return faultOf(this.#core.state.setCoordinator(type, key, broker))
  }

  /** Leaves a group or a transactional id without a coordinator. */
  removeCoordinator(type: CoordinatorType, key: string): Fault {
    checkCoordinated(type, key)
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
    refuse(choiceProblems('when', when, DISCONNECTS))
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
   * Answers with an error and does nothing of what is asked. In Produce, Fetch, ListOffsets, Metadata, OffsetForLeaderEpoch,
   * DeleteRecords, WriteTxnMarkers and DescribeProducers it befalls each partition (of Metadata: topic) for itself, and
   * `times` counts them.
   */
  fail(error: BrokerErrorName, where: FailingWhere): Fault {
    return this.#core.faults.fail(error, where)
  }

  /** Tells clients in each answer to send nothing for so many milliseconds, and reads nothing from them meanwhile. */
  throttle(ms: number, where: Where = {}): Fault {
    return this.#core.faults.throttle(ms, where)
  }

  /**
   * Lies about the versions of APIs: says these instead of the true ones, or nothing of an API where it is null. Of several lies
   * about an API the newest counts.
   */
  advertise(versions: ApiVersionLimits): Fault {
    refuse(versionProblems(versions, 'versions', () => ANY_VERSION))
    return faultOf(this.#core.dispatcher.lies.add({ ...versions }))
  }

  /**
   * Answers requests of an API in place of the brokers, or together with them: see {@link RequestHandler}. The first error that
   * such a handler throws is thrown by {@link stop}.
   */
  on<N extends ApiName>(api: N, handler: RequestHandler<N>): Fault {
    if (typeof handler !== 'function') {
      throw badArgument('handler', `must be a function, not ${describeValue(handler)}`)
    }
    const fault = this.#core.faults.intercept({ api }, answerWith(handler))
    const withdraw = this.#core.dispatcher.add(api)
    return faultOf(
      async () => {
        await fault.undo()
        withdraw()
      },
      () => fault.hits,
    )
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
    refuse(brokerProblems('broker', id, this.#core.state.brokers.keys()))
  }

  #matches(api: ApiName | undefined, filter: RequestFilter) {
    const { broker, clientId } = filter
    refuse([
      ...ifGiven(api, name => apiProblems('api', name)),
      ...objectProblems(filter, 'filter', ['broker', 'clientId']),
      ...ifGiven(broker, id => brokerProblems('filter.broker', id, this.#core.state.brokers.keys())),
      ...ifGiven(clientId, id => textProblems('filter.clientId', id)),
    ])
    return (request: ReceivedRequest): boolean =>
      (api === undefined || request.api === api) &&
      (broker === undefined || request.broker === broker) &&
      (clientId === undefined || request.clientId === clientId)
  }
}

function checkCoordinated(type: CoordinatorType, key: string): void {
  refuse([...choiceProblems('type', type, COORDINATOR_TYPES), ...textProblems('key', key)])
}

function badArgument(option: string, problem: string): ConfigurationError {
  return new ConfigurationError([{ option, problem }])
}
