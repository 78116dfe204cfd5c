import { onTestFinished } from 'vitest'
import { Client } from '../../../src/cluster/client.ts'
import { metadataOptions } from '../../../src/cluster/options.ts'
import { brokerError } from '../../../src/errors/broker-error.ts'
import { parseAddress } from '../../../src/network/address.ts'
import { netOptions } from '../../../src/network/options.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { resolveOptions } from '../../../src/util/options.ts'
import { quiet } from './restarts.ts'

const TIMEOUT_MS = 30_000
const PREFERRED = 0
const ELECTION_NOT_NEEDED = 84

/** Does to topics what operators do, over a client of its own that is closed when the test ends. */
export class Operator {
  readonly #client: Client

  constructor(bootstrap: readonly string[]) {
    this.#client = new Client({
      bootstrap: async () => bootstrap.map(text => parseAddress(text)!),
      clientId: 'operator',
      net: resolveOptions(netOptions, {}, 'net'),
      metadata: resolveOptions(metadataOptions, {}, 'metadata'),
      logger: quiet,
    })
    onTestFinished(() => this.#client.close())
  }

  /** Moves the partitions of a topic to other brokers, of which the first is to lead. They are moved in the background. */
  async reassign(topic: string, replicas: readonly (readonly number[])[]): Promise<void> {
    const partitions = replicas.map((replicas, partitionIndex) => ({ partitionIndex, replicas: [...replicas] }))
    const body = { timeoutMs: TIMEOUT_MS, topics: [{ name: topic, partitions }] }
    const answer = await this.#client.request(await this.#controller(), apis.AlterPartitionReassignments, body)
    check(answer.errorCode, topic)
    for (const { partitions } of answer.responses) for (const { errorCode } of partitions) check(errorCode, topic)
  }

  /** Has the first replicas of partitions lead, where they do not yet. They must be in sync. */
  async electPreferred(topic: string, partitions: readonly number[]): Promise<void> {
    const topicPartitions = [{ topic, partitions: [...partitions] }]
    const body = { electionType: PREFERRED, topicPartitions, timeoutMs: TIMEOUT_MS }
    const answer = await this.#client.request(await this.#controller(), apis.ElectLeaders, body)
    check(answer.errorCode, topic)
    for (const { partitionResult } of answer.replicaElectionResults)
      for (const { errorCode } of partitionResult) if (errorCode !== ELECTION_NOT_NEEDED) check(errorCode, topic)
  }

  /** Adds partitions to a topic, so that there are `count`. */
  async addPartitions(topic: string, count: number): Promise<void> {
    const body = { topics: [{ name: topic, count, assignments: null }], timeoutMs: TIMEOUT_MS, validateOnly: false }
    const answer = await this.#client.request(await this.#controller(), apis.CreatePartitions, body)
    for (const { errorCode } of answer.results) check(errorCode, topic)
  }

  /** Deletes what a partition has before an offset. */
  async deleteRecords(topic: string, partition: number, before: bigint): Promise<void> {
    await this.#client.metadata.lookUp(topic)
    const { broker } = this.#client.leader(topic, partition)
    const partitions = [{ partitionIndex: partition, offset: before }]
    const body = { topics: [{ name: topic, partitions }], timeoutMs: TIMEOUT_MS }
    const answer = await this.#client.request(broker, apis.DeleteRecords, body)
    for (const { partitions } of answer.topics) for (const { errorCode } of partitions) check(errorCode, topic)
  }

  async #controller() {
    // It may have been another one before brokers were broken.
    await this.#client.metadata.refresh()
    return this.#client.controller()
  }
}

function check(errorCode: number, what: string): void {
  if (errorCode !== 0) throw brokerError(errorCode, what)
}
