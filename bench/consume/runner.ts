import { spawn } from 'node:child_process'
import type { Report } from '../child-report.ts'
import { type Commands, sourceOf } from '../commands.ts'
import type { Outcome } from '../compare.ts'
import type { Contestant } from '../contest.ts'
import type { Topics } from '../kafka.ts'
import { runChild } from '../run-child.ts'
import { fill } from './fill.ts'
import type { Task } from './task.ts'
import { PARTITIONS, type ReadWorkload } from './workloads.ts'

const THROUGHPUT_MS = 8_000
const IDLE_MS = 10_000
const IDLE_WARM_UP_MS = 10_000
/** Between messages that are sent alone. */
const PAUSE_MS = 3
/** So many single messages a broker needs to be as quick as it gets. */
const BROKER_WARM_UP_MESSAGES = 20_000
const TIMEOUT_MS = 60_000

export interface RunnerOptions {
  readonly commands: Commands
  readonly brokers: readonly string[]
  readonly topics: Topics
}

/** Runs clients, each time in a new process. */
export class Runner {
  readonly #options: RunnerOptions
  /** Those that were filled, once for all who read them. */
  readonly #filled = new Map<ReadWorkload, string>()
  #isBrokerWarm = false

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  async run(contestant: Contestant, workload: ReadWorkload): Promise<Outcome> {
    const { commands, topics } = this.#options
    try {
      await commands.of(contestant.client)
    } catch (error) {
      return { unavailable: (error as Error).message }
    }
    if (workload.load === 'throughput') {
      return this.#read(contestant, workload, await this.#filledTopic(workload))
    }
    const topic = await topics.create(PARTITIONS)
    try {
      if (workload.load === 'idle') return await this.#read(contestant, workload, topic)
      await this.#warmUpBroker(workload)
      return await this.#readWhileSent(contestant, workload, topic, PAUSE_MS)
    } finally {
      await topics.delete(topic)
    }
  }

  async close(): Promise<void> {
    for (const topic of this.#filled.values()) await this.#options.topics.delete(topic)
  }

  async #filledTopic(workload: ReadWorkload): Promise<string> {
    const known = this.#filled.get(workload)
    if (known !== undefined) return known
    const { brokers, topics } = this.#options
    const topic = await topics.create(PARTITIONS)
    this.#filled.set(workload, topic)
    await fill(topic, brokers, workload)
    const written = await topics.count(topic)
    if (written !== workload.messages) throw new Error(`${topic} has ${written} messages`)
    return topic
  }

  async #read({ client, mode }: Contestant, workload: ReadWorkload, topic: string): Promise<Outcome> {
    const { commands, brokers } = this.#options
    const { load, valueBytes, compression, messages, warmUpMessages } = workload
    const task: Task = {
      ...{ client, mode, brokers, topic, load, valueBytes, compression, messages, warmUpMessages },
      from: sourceOf(client),
      partitions: PARTITIONS,
      warmUpMs: IDLE_WARM_UP_MS,
      measureMs: load === 'idle' ? IDLE_MS : THROUGHPUT_MS,
    }
    const [program, ...args] = [...(await commands.of(client)), JSON.stringify(task)]
    try {
      return (await runChild(program!, args, TIMEOUT_MS)) as Report
    } catch (error) {
      return { failed: (error as Error).message }
    }
  }

  async #readWhileSent(
    contestant: Contestant,
    workload: ReadWorkload,
    topic: string,
    pauseMs: number,
  ): Promise<Outcome> {
    const { commands, brokers } = this.#options
    const sending = [brokers.join(','), topic, String(PARTITIONS), String(pauseMs)]
    const [program, ...args] = [...commands.program('lone-sender'), ...sending]
    const sender = spawn(program!, args, { stdio: 'inherit' })
    try {
      return await this.#read(contestant, workload, topic)
    } finally {
      sender.kill()
    }
  }

  /** Once: else the first to be measured would look slow. */
  async #warmUpBroker(workload: ReadWorkload): Promise<void> {
    if (this.#isBrokerWarm) return
    this.#isBrokerWarm = true
    const topic = await this.#options.topics.create(PARTITIONS)
    const many = { ...workload, messages: BROKER_WARM_UP_MESSAGES }
    await this.#readWhileSent({ client: 'bare', mode: '', workloads: [] }, many, topic, 0)
    await this.#options.topics.delete(topic)
  }
}
