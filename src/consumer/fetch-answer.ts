import type { Metadata } from '../cluster/metadata.ts'
import type { LeaderHint } from '../cluster/snapshot.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Response } from '../protocol/api.ts'
import type { Fetch } from '../protocol/messages/fetch.ts'
import type { Feed } from './feed.ts'
import type { FetchSession } from './fetch-session.ts'

type Answer = Response<typeof Fetch>
type PartitionAnswer = Answer['responses'][number]['partitions'][number]

/** Where the log that a feed reads and that of a broker parted ways (KIP-595). */
export interface Divergence {
  /** The largest epoch that both may have. */
  readonly epoch: number
  /** Where the broker's log of that epoch ends. */
  readonly endOffset: bigint
}

/** What an answer to a fetch says, told apart. Partitions that have moved on since the fetch are in none of it. */
export interface Outcomes {
  /** They were given what they asked for, which may be nothing. */
  readonly served: Feed[]
  /** Those of them that got records. */
  readonly filled: Feed[]
  /** How much those got together. */
  filledBytes: number
  readonly failed: (readonly [Feed, KafkaError])[]
  /** The offset is not in the log. */
  readonly outOfRange: (readonly [Feed, KafkaError])[]
  readonly diverged: (readonly [Feed, Divergence])[]
  /** To be read from another replica, of the node id (KIP-392). */
  readonly redirected: (readonly [Feed, number])[]
}

/** Where the answer comes from. */
export interface AnswerContext {
  readonly broker: Broker
  readonly session: FetchSession<Feed>
  /** Whether a feed is still fetched from there. */
  isCurrent(feed: Feed): boolean
}

/**
 * Gives each feed what the answer has for it, and learns new leaders from it, so that those that failed for that go there at once
 * (KIP-951).
 *
 * @param isWhole Whether the answer has to tell of all that were fetched. Else it leaves out those that have nothing new.
 */
export function readAnswer(
  answer: Answer,
  isWhole: boolean,
  fetched: readonly Feed[],
  { broker, session, isCurrent }: AnswerContext,
  metadata: Metadata,
): Outcomes {
  const outcomes: Outcomes = {
    served: [],
    filled: [],
    filledBytes: 0,
    failed: [],
    outOfRange: [],
    diverged: [],
    redirected: [],
  }
  const hints: LeaderHint[] = []
  const mentioned = new Set<Feed>()
  for (const { topic, topicId, partitions } of answer.responses) {
    for (const partition of partitions) {
      const asked = session.asked(topic, topicId, partition.partitionIndex)
      if (asked === undefined) continue
      const feed = asked.wanted
      mentioned.add(feed)
      const { currentLeader: leader } = partition
      if (partition.errorCode !== 0 && leader.leaderId >= 0) {
        hints.push({ topic: feed.topic, partition: feed.partition, ...leader })
      }
      // The reader may have left, or gone elsewhere, while the broker was waiting.
      const isDue = isCurrent(feed) && feed.fetchOffset === asked.fetchOffset && feed.topicId === asked.topicId
      if (isDue) sort(partition, feed, broker, outcomes)
    }
  }
  // One that throttles this client answers with nothing instead, and without a session.
  const isExcused = answer.throttleTimeMs > 0 && answer.responses.length === 0
  for (const feed of fetched) {
    if (mentioned.has(feed) || !isCurrent(feed)) continue
    if (!isWhole || isExcused) outcomes.served.push(feed)
    else {
      const problem = `${feed.name}, which ${broker.label} left out of its answer to a fetch`
      outcomes.failed.push([feed, brokerError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, problem)])
    }
  }
  if (hints.length > 0) metadata.learnLeaders(hints, answer.nodeEndpoints)
  return outcomes
}

function sort(partition: PartitionAnswer, feed: Feed, broker: Broker, outcomes: Outcomes): void {
  const { errorCode, divergingEpoch, preferredReadReplica, records } = partition
  if (errorCode !== 0) {
    const error = brokerError(errorCode, `${feed.name} at offset ${feed.fetchOffset} on ${broker.label}`)
    const outcome = errorCode === errorCodes.OFFSET_OUT_OF_RANGE ? outcomes.outOfRange : outcomes.failed
    outcome.push([feed, error])
  } else if (divergingEpoch.endOffset >= 0n) {
    outcomes.diverged.push([feed, divergingEpoch])
  } else if (preferredReadReplica >= 0 && preferredReadReplica !== broker.nodeId) {
    outcomes.redirected.push([feed, preferredReadReplica])
  } else {
    feed.fill(partition)
    outcomes.served.push(feed)
    if (records === null || records.length === 0) return
    outcomes.filled.push(feed)
    outcomes.filledBytes += records.length
  }
}
