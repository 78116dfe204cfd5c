import { ConfigurationError } from '../errors/client-errors.ts'
import type { CodecName } from '../records/compression/codec.ts'
import { type EncodeRecordBatchOptions, encodeRecordBatch } from '../records/encode-record-batch.ts'
import type { RecordData } from '../records/record-data.ts'
import { murmur2 } from '../util/murmur2.ts'
import { type FixtureMessage, type FixtureRecord, fixtureRecord } from './fixture-record.ts'
import type { ClusterState } from './state/cluster-state.ts'
import type { Partition } from './state/partition.ts'
import type { Topic } from './state/topic.ts'

/** How `cluster.produce` writes. */
export interface ProduceOptions {
  /** Default 'none'. */
  readonly compression?: CodecName
  /** Writes the messages in a transaction, and ends it so; `open` leaves it open for good. Default: no transaction. */
  readonly transaction?: 'commit' | 'abort' | 'open'
}

/** Where a message was written. */
export interface Written {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** Producers of fixtures have ids that the coordinators will not give. */
const FIRST_PRODUCER_ID = 1n << 60n

/** Writes into logs without a client. */
export class Fixtures {
  readonly #state: ClusterState
  #turn = 0
  #producers = 0n

  constructor(state: ClusterState) {
    this.#state = state
  }

  /** Appends one batch for each partition. */
  produce(topic: Topic, messages: readonly (string | FixtureMessage)[], options: ProduceOptions): Written[] {
    const nowMs = this.#state.clock.now()
    const byPartition = new Map<Partition, { record: FixtureRecord; place: number }[]>()
    messages.forEach((message, place) => {
      const record = fixtureRecord(message, place, nowMs)
      const partition = this.#choose(topic, record)
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), { record, place }])
    })
    const written: Written[] = []
    for (const [partition, records] of byPartition) {
      const { baseOffset } = this.#append(
        topic,
        partition,
        records.map(({ record }) => record),
        options,
      )
      records.forEach(({ place }, i) => {
        written[place] = { topic: topic.name, partition: partition.index, offset: baseOffset + BigInt(i) }
      })
    }
    return written
  }

  #append(topic: Topic, partition: Partition, records: readonly FixtureRecord[], options: ProduceOptions) {
    const { compression: codec = 'none', transaction } = options
    const { clock } = this.#state
    const producerId = FIRST_PRODUCER_ID + this.#producers++
    const inTransaction = { transactional: true, producerId, producerEpoch: 0, baseSequence: 0 }
    const encoding: EncodeRecordBatchOptions = { codec, ...(transaction !== undefined && inTransaction) }
    const bytes = encodeRecordBatch(records, encoding)
    const batch = partition.log.append(bytes, partition.leaderEpoch, clock.now(), topic.configs.setsTimestamp)
    this.#state.retain(topic, partition)
    partition.changed()
    if (transaction === 'commit' || transaction === 'abort') {
      const committed = transaction === 'commit'
      const end = { producerId, producerEpoch: 0, committed, coordinatorEpoch: 0 }
      this.#state.endTransaction(topic.name, partition.index, end)
    }
    return batch
  }

  #choose({ name, partitions }: Topic, { partition, key }: FixtureRecord): Partition {
    if (partition === undefined) return partitions[this.#index(key, partitions.length)]!
    const chosen = partitions[partition]
    if (chosen !== undefined) return chosen
    const problem = `must be 0 to ${partitions.length - 1}, the partitions of ${name}, not ${partition}`
    throw new ConfigurationError([{ option: 'message.partition', problem }])
  }

  #index(key: RecordData, count: number): number {
    if (key === null) return this.#turn++ % count
    const bytes = typeof key === 'string' ? Buffer.from(key) : key
    return (murmur2(bytes) & 0x7fffffff) % count
  }
}
