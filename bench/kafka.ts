import { Kafka } from 'samsa'

/** Makes topics for benchmarks and looks into them. */
export class Topics {
  readonly #kafka: Kafka
  /** The numbers of their partitions. */
  readonly #made = new Map<string, number>()

  constructor(brokers: readonly string[]) {
    this.#kafka = new Kafka({ brokers: [...brokers] })
  }

  async create(partitions: number): Promise<string> {
    const name = `bench-${process.pid}-${this.#made.size}`
    // What is deleted is to be gone soon: the gigabytes of a round would fill the disk.
    const configs = { 'file.delete.delay.ms': '1000', 'retention.ms': '-1' }
    const [created] = await this.#kafka.admin().createTopics([{ name, partitions, configs }])
    if (created?.error) throw created.error
    this.#made.set(name, partitions)
    // Brokers answer before they lead what they have made, and not everyone is patient with them.
    await this.count(name)
    return name
  }

  async delete(name: string): Promise<void> {
    const [deleted] = await this.#kafka.admin().deleteTopics([name])
    if (deleted?.error) throw deleted.error
  }

  /** How many messages were written to a topic. */
  async count(name: string): Promise<number> {
    const partitions = Array.from({ length: this.#made.get(name)! }, (_, partition) => partition)
    const ends = await Promise.all(partitions.map(each => this.#kafka.client.getOffset(name, each, 'newest')))
    return Number(ends.reduce((sum, end) => sum + end, 0n))
  }

  close(): Promise<void> {
    return this.#kafka.close()
  }
}
