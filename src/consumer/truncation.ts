import type { Client } from '../cluster/client.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { UnsupportedVersionError } from '../errors/client-errors.ts'
import { OffsetForLeaderEpoch } from '../protocol/messages/offset-for-leader-epoch.ts'
import type { Feed } from './feed.ts'
import type { Divergence } from './fetch-answer.ts'

/** The first version that consumers may use without rights on the cluster. */
const FIRST_VERSION_FOR_CONSUMERS = 3

/**
 * Asks the leader of a partition whether its log has what was read of it, for brokers whose answers to a fetch do not tell (KIP-320).
 * Undefined when it has, as far as it can tell. Does not retry.
 */
export async function findDivergence(client: Client, feed: Feed, signal: AbortSignal): Promise<Divergence | undefined> {
  const { topic, partition, lastFetchedEpoch, fetchOffset } = feed
  const { broker, leaderEpoch } = client.leader(topic, partition)
  const connection = await broker.connection('general', signal)
  if (!isOffered()) return undefined
  const question = { partition, currentLeaderEpoch: leaderEpoch, leaderEpoch: lastFetchedEpoch }
  const body = { replicaId: -1, topics: [{ topic, partitions: [question] }] }
  const answer = await connection.request(OffsetForLeaderEpoch, body, { signal })
  const found = answer.topics[0]?.partitions[0]
  const code = found?.errorCode ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
  if (found === undefined || code !== 0) throw brokerError(code, `${feed.name} on ${broker.label}`)
  const { leaderEpoch: epoch, endOffset } = found
  // Where it knows nothing of that epoch, neither does it know of a difference.
  if (epoch < 0 || endOffset < 0n) return undefined
  return epoch < lastFetchedEpoch || endOffset < fetchOffset ? { epoch, endOffset } : undefined

  function isOffered(): boolean {
    try {
      return connection.versionOf(OffsetForLeaderEpoch) >= FIRST_VERSION_FOR_CONSUMERS
    } catch (error) {
      if (error instanceof UnsupportedVersionError) return false
      throw error
    }
  }
}
