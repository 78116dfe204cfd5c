import { setTimeout } from 'node:timers/promises'
import { type BalanceStrategy, type ConsumerGroup, Kafka } from '../../src/index.ts'
import { Random } from '../../test/unit/protocol/random.ts'
import { startKafka } from '../kafka/start.ts'
import { Account } from './account.ts'

const PARTITIONS = 6
const MOST_MEMBERS = 6
const MAX_REST_MS = 600
const MAX_AT_A_TIME = 60
const LOOK_EVERY_MS = 250
/** When nobody comes or goes any more, members have so long to read what is left, and to commit it. */
const CATCH_UP_MS = 30_000
/** Who takes longer to leave is stuck. */
const LEAVE_MS = 10_000

export interface GroupChaosOptions {
  readonly brokers: readonly string[]
  readonly strategy: BalanceStrategy
  readonly seconds: number
  readonly seed: number
}

export interface GroupChaosReport {
  readonly written: number
  /** Beyond the first time. */
  readonly repeated: number
  readonly joined: number
  /** What must not be. */
  readonly problems: readonly string[]
}

/** Has members of a group come and go at random on a real Kafka, while messages are written; tells whether none is lost. */
export async function soakGroup(seconds: number, seed: number, strategies: readonly BalanceStrategy[]) {
  await using cluster = await startKafka({ exclusive: true })
  const run = async (strategy: BalanceStrategy, i: number) => {
    const report = await groupChaos({ brokers: cluster.bootstrap, strategy, seconds, seed: seed + i })
    const { written, repeated, joined, problems } = report
    console.log(`${strategy.name}: ${joined} members, ${written} messages, ${repeated} of them repeated`)
    for (const problem of problems) console.log(`${strategy.name}: ${problem}`)
    return problems.length === 0
  }
  return (await Promise.all(strategies.map(run))).every(Boolean)
}

/** One group on a topic of its own. The same seed has members come and go in the same order. */
export async function groupChaos(options: GroupChaosOptions): Promise<GroupChaosReport> {
  const chaos = new GroupChaos(options)
  try {
    await chaos.run()
  } finally {
    await chaos.close()
  }
  return chaos.report
}

interface Member {
  readonly kafka: Kafka
  readonly group: ConsumerGroup
  readonly running: Promise<void>
}

class GroupChaos {
  readonly #options: GroupChaosOptions
  readonly #random: Random
  readonly #kafka: Kafka
  readonly #topic: string
  readonly #accounts = Array.from({ length: PARTITIONS }, () => new Account())
  readonly #members: Member[] = []
  readonly #problems = new Set<string>()
  readonly #isOver = new AbortController()
  #joined = 0

  constructor(options: GroupChaosOptions) {
    this.#options = options
    this.#random = new Random(options.seed)
    this.#kafka = this.#newKafka()
    this.#topic = `chaos-${options.strategy.name}-${options.seed}-${Date.now()}`
  }

  get report(): GroupChaosReport {
    const sum = (of: (account: Account) => number) => this.#accounts.reduce((total, each) => total + of(each), 0)
    return {
      written: sum(({ written }) => written),
      repeated: sum(({ repeated }) => repeated),
      joined: this.#joined,
      problems: [...this.#problems],
    }
  }

  async run(): Promise<void> {
    const [created] = await this.#kafka.admin().createTopics([{ name: this.#topic, partitions: PARTITIONS }])
    if (created?.error) throw created.error
    const beside = [this.#write(), this.#look()]
    const leaving: Promise<void>[] = []
    const until = performance.now() + this.#options.seconds * 1000
    this.#join()
    while (performance.now() < until) {
      await setTimeout(this.#random.below(MAX_REST_MS))
      const mayLeave = this.#members.length > 1 && this.#random.below(2) === 0
      if (mayLeave) leaving.push(this.#leave(this.#members.splice(this.#random.below(this.#members.length), 1)[0]!))
      else if (this.#members.length < MOST_MEMBERS) this.#join()
    }
    this.#isOver.abort()
    await Promise.all([...beside, ...leaving])
    await this.#settle()
  }

  async close(): Promise<void> {
    this.#isOver.abort()
    await Promise.all(this.#members.map(member => this.#leave(member)))
    await this.#kafka.close()
  }

  #newKafka(): Kafka {
    const logger = { debug() {}, info() {}, warn() {}, error: console.error }
    return new Kafka({ brokers: [...this.#options.brokers], logger })
  }

  #join(): void {
    const kafka = this.#newKafka()
    const group = kafka.consumerGroup(this.#topic, {
      offsets: { initial: 'oldest', autoCommit: { intervalMs: 100 } },
      group: { heartbeatIntervalMs: 100, rebalance: { strategies: [this.#options.strategy] } },
    })
    const running = group.run([this.#topic], {
      eachMessage: async ({ partition, offset }) => {
        // Others have their turn meanwhile, so that much is under way when partitions are given up.
        await new Promise(resolve => setImmediate(resolve))
        this.#accounts[partition]!.processed(Number(offset))
      },
    })
    running.catch(error => this.#problems.add(`a member has failed: ${error}`))
    this.#joined++
    this.#members.push({ kafka, group, running })
  }

  async #leave({ kafka, group, running }: Member): Promise<void> {
    const late = new AbortController()
    const isStuck = setTimeout(LEAVE_MS, true, { signal: late.signal }).catch(() => false)
    const left = group.close().then(() => running.catch(() => {}))
    if (await Promise.race([isStuck, left])) this.#problems.add(`a member has not left within ${LEAVE_MS} ms`)
    late.abort()
    await kafka.close()
  }

  async #write(): Promise<void> {
    const random = new Random(this.#options.seed + 1)
    const producer = this.#kafka.producer()
    while (!this.#isOver.signal.aborted) {
      const partition = random.below(PARTITIONS)
      const value = `${this.#accounts[partition]!.written}`
      const messages = Array.from({ length: 1 + random.below(MAX_AT_A_TIME) }, () => ({
        topic: this.#topic,
        partition,
        value,
      }))
      await producer.sendAll(messages)
      this.#accounts[partition]!.written += messages.length
      await setTimeout(1)
    }
    await producer.close()
  }

  /** Looks again and again whether what is committed was processed. */
  async #look(): Promise<void> {
    while (!this.#isOver.signal.aborted) {
      await this.#committed()
      await setTimeout(LOOK_EVERY_MS)
    }
  }

  /** How much is committed of all partitions. */
  async #committed(): Promise<number> {
    const [listed] = await this.#kafka.admin().listGroupOffsets([this.#topic])
    let sum = 0
    for (const { partition, offset = -1n } of listed?.offsets ?? []) {
      if (offset < 0n) continue
      sum += Number(offset)
      const { done } = this.#accounts[partition]!
      if (offset > done) {
        this.#problems.add(`partition ${partition}: ${offset} is committed, but only ${done} were processed`)
      }
    }
    return sum
  }

  /** Waits until all is processed and committed, and shared out among those who are left. */
  async #settle(): Promise<void> {
    const until = performance.now() + CATCH_UP_MS
    const shared = () => this.#members.flatMap(({ group }) => group.assignment.flatMap(({ partitions }) => partitions))
    const isShared = () => new Set(shared()).size === PARTITIONS && shared().length === PARTITIONS
    const isRead = () => this.#accounts.every(({ done, written }) => done === written)
    const isSettled = async () => isRead() && isShared() && (await this.#committed()) === this.report.written
    while (!(await isSettled())) {
      if (performance.now() > until) {
        const behind = this.#accounts.map(({ done, written }) => `${done} of ${written}`).join(', ')
        this.#problems.add(
          `after ${CATCH_UP_MS} ms: processed ${behind}; committed ${await this.#committed()}; shared out ${shared()}`,
        )
        return
      }
      await setTimeout(50)
    }
  }
}
