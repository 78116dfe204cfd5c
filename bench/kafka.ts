import { Kafka } from 'samsa'
import { Client } from '../src/cluster/client.ts'
import { bootstrapOf, kafkaOptions } from '../src/config.ts'
import { apis } from '../src/protocol/apis.ts'
import { resolveOptions } from '../src/util/options.ts'

/** Instead of a time: the end of the log. */
const LATEST = -1n

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
    const ends = await Promise.all(partitions.map(({ partition }) => this.#end(name, partition)))
    return Number(ends.reduce((sum, end) => sum + end, 0n))
  }

  async close(): Promise<void> {
    this.#client.close()
    await this.#kafka.close()
  }

  async #end(name: string, partitionIndex: number): Promise<bigint> {
    const { broker } = this.#client.leader(name, partitionIndex)
    const topics = [{ name, partitions: [{ partitionIndex, timestamp: LATEST }] }]
    const answer = await this.#client.request(broker, apis.ListOffsets, { replicaId: -1, topics })
    return answer.topics[0]!.partitions[0]!.offset
  }
}
