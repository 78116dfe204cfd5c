import { run } from '../../scripts/kafka/run.ts'
import { programs, samsaBuild } from '../build.ts'
import { installNativePeers, installPeers, nativePeersFolder, peersFolder } from '../install-peers.ts'
import type { Topics } from '../kafka.ts'
import { runChild } from '../run-child.ts'
import { franzGo } from '../yardsticks/franz-go.ts'
import { java } from '../yardsticks/java.ts'
import type { Contestant } from './contestants.ts'
import { slowBroker } from './slow-broker.ts'
import type { Measured, Report, Task, Unavailable } from './task.ts'
import { PARTITIONS, type Workload } from './workloads.ts'

const WARM_UP_MS = 2_000
const MEASURE_MS = 4_000
const TIMEOUT_MS = 120_000

export interface RunnerOptions {
  /** The node that runs the clients. */
  readonly node: string
  readonly brokers: readonly string[]
  readonly topics: Topics
  readonly valuesFile: (valueBytes: number) => string
  /** For what programs of other languages are compiled to. */
  readonly folder: string
}

/** Runs clients, each time in a new process and with a new topic. */
export class Runner {
  readonly #options: RunnerOptions

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  async nodeVersion(): Promise<string> {
    const { code, output } = await run(this.#options.node, ['--version'])
    if (code !== 0) throw new Error(`${this.#options.node} does not run: ${output}`)
    return `Node ${output.replace('v', '')}`
  }

  async run(contestant: Contestant, workload: Workload): Promise<Measured | Unavailable | { readonly failed: string }> {
    const { topics, valuesFile } = this.#options
    const { client, mode, idempotent, warmUpMs = WARM_UP_MS } = contestant
    const { load, valueBytes, compression, loops, maxMessages } = workload
    let command: readonly string[]
    try {
      command = await this.#command(client)
    } catch (error) {
      return { unavailable: (error as Error).message }
    }
    const topic = await topics.create(PARTITIONS)
    const proxy = load === 'memory' ? await slowBroker(this.#options) : undefined
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

  async #command(client: string): Promise<readonly string[]> {
    if (client === 'java') return java()
    if (client === 'franz-go') return franzGo(this.#options.folder)
    if (client === '@confluentinc/kafka-javascript') await installNativePeers()
    else if (client !== 'samsa' && client !== 'bare') await installPeers()
    return [this.#options.node, `${programs}child.js`]
  }
}

function sourceOf(client: string): string {
  if (client === 'samsa') return `${samsaBuild}index.js`
  return client === '@confluentinc/kafka-javascript' ? nativePeersFolder : peersFolder
}
