import type { Measured, Report } from '../child-report.ts'
import { type Commands, sourceOf } from '../commands.ts'
import type { Outcome } from '../compare.ts'
import type { Topics } from '../kafka.ts'
import { runChild } from '../run-child.ts'
import type { Sending } from './contestants.ts'
import { slowBroker } from './slow-broker.ts'
import type { Task } from './task.ts'
import { PARTITIONS, type SendWorkload } from './workloads.ts'

const WARM_UP_MS = 2_000
const MEASURE_MS = 4_000
const TIMEOUT_MS = 120_000

export interface RunnerOptions {
  readonly commands: Commands
  readonly brokers: readonly string[]
  readonly topics: Topics
  readonly valuesFile: (valueBytes: number) => string
}

/** Runs clients, each time in a new process and with a new topic. */
export class Runner {
  readonly #options: RunnerOptions

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  async run(contestant: Sending, workload: SendWorkload): Promise<Outcome> {
    const { commands, topics, valuesFile } = this.#options
    const { client, mode, idempotent, warmUpMs = WARM_UP_MS } = contestant
    const { load, valueBytes, compression, loops, maxMessages } = workload
    let command: readonly string[]
    try {
      command = await commands.of(client)
    } catch (error) {
      return { unavailable: (error as Error).message }
    }
    const topic = await topics.create(PARTITIONS)
    const proxy = load === 'memory' ? await slowBroker(commands, this.#options.brokers) : undefined
    try {
      const task: Task = {
        ...{ client, mode, idempotent, topic, load, valueBytes, compression, loops, maxMessages },
        from: sourceOf(client),
        brokers: proxy?.brokers ?? this.#options.brokers,
        partitions: PARTITIONS,
        valuesFile: valuesFile(valueBytes),
        warmUpMs,
        measureMs: MEASURE_MS,
      }
      const [program, ...args] = [...command, JSON.stringify(task)]
      const report = (await runChild(program!, args, TIMEOUT_MS)) as Report
      if (!('unavailable' in report)) await this.#check(report, topic)
      return report
    } catch (error) {
      return { failed: (error as Error).message }
    } finally {
      proxy?.stop()
      await topics.delete(topic)
    }
  }

  /** What was acknowledged is in the log, and nothing else. */
  async #check({ allMessages }: Measured, topic: string): Promise<void> {
    const written = await this.#options.topics.count(topic)
    if (written !== allMessages) throw new Error(`it sent ${allMessages} messages, and the log has ${written}`)
  }
}
