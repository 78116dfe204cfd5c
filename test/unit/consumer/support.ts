import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { topicName } from '../../support/cluster-of-peers.ts'
import type { Asked, Peer } from '../../support/peer.ts'

/** What a peer says of one partition; nothing at all for undefined. */
type Outcome =
  | { readonly records: Buffer | null; readonly highWatermark?: bigint }
  | { readonly errorCode: number }
  | undefined

/** The next fetch request that a peer has not answered, and how to answer it. */
export async function nextFetch(peer: Peer) {
  const asked = await peer.next()
  const body = asked.body('Fetch')
  /** The offset that is asked for, by `topic-partition`. */
  const offsets = Object.fromEntries(
    body.topics.flatMap(({ topic, topicId, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => [
        `${topicName({ name: topic, topicId })}-${partition}`,
        fetchOffset,
      ]),
    ),
  )
  return { asked, body, offsets, answer: (outcomes: Record<string, Outcome>) => answerFetch(asked, outcomes) }
}

/** Answers for the partitions that are named; the request's others are left out. */
function answerFetch(asked: Asked, outcomes: Record<string, Outcome>): void {
  const responses = asked.body('Fetch').topics.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.flatMap(({ partition }) => {
      const outcome = outcomes[`${topicName({ name: topic, topicId })}-${partition}`]
      if (outcome === undefined) return []
      const failed = 'errorCode' in outcome
      return [
        {
          partitionIndex: partition,
          errorCode: failed ? outcome.errorCode : 0,
          highWatermark: failed ? -1n : (outcome.highWatermark ?? 100n),
          abortedTransactions: null,
          records: failed ? null : outcome.records,
        },
      ]
    }),
  }))
  asked.answer('Fetch', { responses })
}

/** A batch of records whose values are their offsets. */
export function batch(first: number, count: number, padding = 0): Buffer {
  const records = Array.from({ length: count }, (_, i) => ({ value: `${first + i}`.padEnd(padding) }))
  return encodeRecordBatch(records, { baseOffset: BigInt(first) })
}
