import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ListOffsets } from '../protocol/messages/list-offsets.ts'
import type { Client } from './client.ts'

/** Instead of a time: the end of the log, where the next message will be written. */
export const LATEST = -1n
/** Instead of a time: the start of the log. */
export const EARLIEST = -2n

/**
 * Asks the partition leader for the offset of the first message that is not older than a time in milliseconds; -1n when
 * there is none. Does not retry.
 */
export async function listOffset(
  client: Client,
  topic: string,
  partition: number,
  timestamp: bigint,
  signal: AbortSignal,
): Promise<bigint> {
  const { broker, leaderEpoch } = client.leader(topic, partition)
  const partitions = [{ partitionIndex: partition, currentLeaderEpoch: leaderEpoch, timestamp }]
  const answer = await client.request(
    broker,
    ListOffsets,
    { replicaId: -1, topics: [{ name: topic, partitions }] },
    { signal },
  )
  const result = answer.topics[0]?.partitions[0]
  const code = result?.errorCode ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
  if (result === undefined || code !== 0) throw brokerError(code, `${topic}-${partition} on ${broker.label}`)
  return result.offset
}
