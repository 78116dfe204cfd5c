import { errorCodes } from '../errors/broker-codes.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { DeleteRecords } from '../protocol/messages/delete-records.ts'
import { type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, bigint, items, partitionName, topicPartition } from './check.ts'
import { atLeaders, byTopic, partitionIndex } from './locate.ts'
import { scatter } from './scatter.ts'

/** Up to where the records of a partition are deleted. */
export interface RecordsToDelete {
  readonly topic: string
  readonly partition: number
  /** The first offset that is kept; -1n deletes all that consumers can see. */
  readonly beforeOffset: bigint
}

/** What became of the records of a partition. */
export interface DeletedRecords {
  readonly topic: string
  readonly partition: number
  /** The first offset that is left. */
  readonly lowWatermark?: bigint
  readonly error?: KafkaError
}

const toDelete = { ...topicPartition, beforeOffset: bigint(-1n) }

export function deleteRecords(
  context: AdminContext,
  given: readonly RecordsToDelete[],
  options: AdminCallOptions,
): Promise<DeletedRecords[]> {
  return inCall(context, {}, options, async call => {
    const partitions = items(given, 'partitions', toDelete, partitionName)
    const outcomes = await scatter(call, partitions, {
      retriable: [errorCodes.UNKNOWN_TOPIC_OR_PARTITION],
      locate: atLeaders(call),
      ask: async (broker, theirs) => {
        const topics = byTopic(theirs, ({ partition, beforeOffset: offset }) => ({ partitionIndex: partition, offset }))
        const answer = await call.request(broker, DeleteRecords, { topics, timeoutMs: call.timeoutMs })
        const find = partitionIndex(answer.topics)
        return theirs.map(each => {
          const result = find(each)
          const what = `deleting records of ${partitionName(each)} before ${each.beforeOffset} on ${broker.label}`
          return failureOf(what, result) ?? { lowWatermark: result!.lowWatermark }
        })
      },
    })
    return partitions.map(({ topic, partition }, i) => outcome({ topic, partition }, outcomes[i]!))
  })
}
