import { Kafka } from 'samsa'
import { Client } from '../src/cluster/client.ts'
import { LATEST, listOffset } from '../src/cluster/list-offset.ts'
import { bootstrapOf, kafkaOptions } from '../src/config.ts'
import { resolveOptions } from '../src/util/options.ts'

/** Makes topics for benchmarks and looks into them. */
export class Topics {
  readonly #kafka: Kafka
  readonly #client: Client
  #made = 0

  constructor(brokers: readonly string[]) {
    const resolved = resolveOptions(kafkaOptions, { brokers: [...brokers] }, '')
    this.#kafka = new Kafka({ brokers: [...brokers] })
    this.#client = new Client({ ...resolved, bootstrap: bootstrapOf(resolved.brokers) })
  }

  async create(partitions: number): Promise<string> {
    const name = `bench-${process.pid}-${++this.#made}`
    // What is deleted is to be gone soon: the gigabytes of a round would fill the disk.
    const configs = { 'file.delete.delay.ms': '1000', 'retention.ms': '-1' }
    const [created] = await this.#kafka.admin().createTopics([{ name, partitions, configs }])
    if (created?.error) throw created.error
    return name
  }

  async delete(name: string): Promise<void> {
    const [deleted] = await this.#kafka.admin().deleteTopics([name])
    if (deleted?.error) throw deleted.error
  }

  /** How many messages were written to a topic. */
  async count(name: string): Promise<number> {
    const { signal } = new AbortController()
    const limit = { ms: 10_000, option: 'ten seconds' }
    const { partitions } = await this.#client.metadata.lookUp(name, { signal, limit })
    const ends = partitions.map(({ partition }) => listOffset(this.#client, name, partition, LATEST, signal))
    return Number((await Promise.all(ends)).reduce((sum, end) => sum + end, 0n))
  }

  async close(): Promise<void> {
    this.#client.close()
    await this.#kafka.close()
  }
}
