import { ConfigurationError } from '../errors/client-errors.ts'
import type { Options } from '../util/options.ts'
import { FetchSessions } from './apis/fetch-session.ts'
import { brokerNumber, coordinatorOptions } from './configs/broker-configs.ts'
import { Coordinators } from './coordinators/coordinators.ts'
import { Faults } from './faults/faults.ts'
import { History } from './faults/history.ts'
import { MovedLeaders } from './faults/moved-leaders.ts'
import { brokerHandlers } from './handler-table.ts'
import { asConfigs, type mockClusterOptions } from './options.ts'
import { Sasl } from './sasl/sasl.ts'
import { Dispatcher } from './server/dispatcher.ts'
import { HOST, MockBroker } from './server/mock-broker.ts'
import type { ConnectionHost } from './server/server-connection.ts'
import { ClusterState } from './state/cluster-state.ts'

const ANONYMOUS = 'User:ANONYMOUS'

/** The parts of a cluster, put together. */
export class ClusterCore {
  readonly state: ClusterState
  readonly faults: Faults
  readonly leaders: MovedLeaders
  readonly history = new History()
  readonly coordinators: Coordinators
  readonly dispatcher: Dispatcher
  readonly #options: Options<typeof mockClusterOptions>
  readonly #sasl: Sasl
  readonly #brokers = new Map<number, MockBroker>()
  readonly #sessions = new Map<number, FetchSessions>()
  #connections = 0
  #isClosed = false
  /** What a handler of the test went wrong with first. */
  #failure: { readonly error: unknown } | undefined

  constructor(options: Options<typeof mockClusterOptions>) {
    const { clock, apiVersions, autoCreateTopics, sasl, coordinators } = options
    this.#options = options
    const configs = { 'auto.create.topics.enable': String(autoCreateTopics), ...asConfigs(options.configs) }
    const state = new ClusterState(clock, configs)
    this.state = state
    this.faults = new Faults(state)
    this.leaders = new MovedLeaders(state)
    this.coordinators = new Coordinators(state, { ...coordinatorOptions(configs), ...coordinators })
    state.onCoordinatorsMoved(() => this.coordinators.coordinatorsMoved())
    this.#sasl = new Sasl(clock, sasl)
    const { transactionGate } = this.coordinators
    const own = brokerHandlers({ state, faults: this.faults, transactionGate }, id => this.#sessions.get(id)!)
    const handlers = { ...own, ...this.coordinators.handlers, ...this.#sasl.handlers }
    this.dispatcher = new Dispatcher(handlers, apiVersions, this.faults, this.history, () => clock.now())
  }

  /** Brings all brokers up, with the ids from 1 on. */
  async start(): Promise<void> {
    const ids = Array.from({ length: this.#options.brokers }, (_, i) => i + 1)
    const slots = brokerNumber('max.incremental.fetch.session.cache.slots', this.state.configs)
    const started = ids.map(async id => {
      const broker = new MockBroker(this.#hostOf(id), this.#options.tls, () => ++this.#connections)
      this.#brokers.set(id, broker)
      this.#sessions.set(id, new FetchSessions(slots, this.state.clock))
      await broker.start()
    })
    await Promise.all(started)
    for (const [id, { port }] of this.#brokers) {
      this.state.brokers.set(id, { id, host: HOST, port, rack: null, isRegistered: true })
    }
  }

  /**
   * Does nothing any more once the cluster is closed: a fault may be undone later than that.
   *
   * @throws ConfigurationError when somebody else listens on its port by now.
   */
  async startBroker(id: number): Promise<void> {
    if (this.#isClosed) return
    const broker = this.#brokers.get(id)!
    try {
      await broker.start()
    } catch (cause) {
      const problem = `broker ${id} cannot start again: somebody else has taken ${HOST}:${broker.port}, its port, meanwhile`
      throw new ConfigurationError([{ option: 'broker', problem }], { cause })
    }
    // It may have been stopped again meanwhile.
    if (broker.isListening) this.state.brokerStarted(id)
  }

  /** Closes a broker's connections and takes no more. Until it `isNoticed`, the others take it to be there. */
  stopBroker(id: number, isNoticed: boolean): void {
    this.#brokers.get(id)!.stop()
    this.#sessions.get(id)!.clear()
    if (isNoticed) this.state.brokerStopped(id)
  }

  /** @throws the first error of a handler of the test's own, once. */
  close(): void {
    this.#isClosed = true
    for (const broker of this.#brokers.values()) broker.stop()
    this.coordinators.close()
    this.history.close()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
  }

  #hostOf(id: number): ConnectionHost {
    return {
      clock: this.state.clock,
      maxRequestBytes: brokerNumber('socket.request.max.bytes', this.state.configs),
      anonymous: this.#options.sasl === undefined ? ANONYMOUS : undefined,
      handle: (incoming, connection, arrivedAtMs) => this.dispatcher.handle(incoming, connection, id, arrivedAtMs),
      handleBare: (frame, connection) => {
        if (!this.#sasl.expectsBareBytes(connection)) return undefined
        const answer = this.#sasl.bareBytes(frame, connection)
        if (answer === undefined) connection.close()
        return answer ?? Buffer.alloc(0)
      },
      report: ({ api, version }, error) => {
        this.#failure ??= { error }
        const problem = error instanceof Error ? error.message : String(error)
        process.emitWarning(`${api} v${version} was not answered: ${problem}`, { type: 'MockClusterWarning' })
      },
    }
  }
}
