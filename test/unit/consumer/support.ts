import type { Message, PartitionConsumer } from '../../../src/index.ts'
import { endTransactionRecord } from '../../../src/records/control.ts'
import { type EncodeRecordBatchOptions, encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { topicName } from '../../support/cluster-of-peers.ts'
import type { Asked, Peer } from '../../support/peer.ts'

/** Tries again without a wait. */
export const atOnce = { retry: { backoff: () => 0 } }

/** What a peer says of one partition. */
export interface Outcome {
  readonly errorCode?: number
  readonly records?: Buffer | null
  readonly highWatermark?: bigint
  readonly lastStableOffset?: bigint
  readonly abortedTransactions?: readonly { producerId: bigint; firstOffset: bigint }[]
  readonly divergingEpoch?: { epoch: number; endOffset: bigint }
  readonly preferredReadReplica?: number
  readonly currentLeader?: { leaderId: number; leaderEpoch: number }
}

/** What a peer says of all of a fetch. */
export interface Whole {
  readonly errorCode?: number
  readonly sessionId?: number
  readonly throttleTimeMs?: number
  readonly nodeEndpoints?: readonly { nodeId: number; host: string; port: number }[]
}

/** The next fetch request that a peer has not answered, and how to answer it. */
export async function nextFetch(peer: Peer) {
  const asked = await peer.next()
  const body = asked.body('Fetch')
  const named = body.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(partition => [`${topicName({ name: topic, topicId })}-${partition.partition}`, partition] as const),
  )
  return {
    asked,
    body,
    /** What is asked, by `topic-partition`. */
    partitions: Object.fromEntries(named),
    /** The offset that is asked for, by `topic-partition`. */
    offsets: Object.fromEntries(named.map(([name, { fetchOffset }]) => [name, fetchOffset])),
    /** What is forgotten, as `topic-partition`. */
    forgotten: body.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
      partitions.map(partition => `${topicName({ name: topic, topicId })}-${partition}`),
    ),
    /** Answers for the partitions that are named; others are left out. */
    answer: (outcomes: Record<string, Outcome>, whole?: Whole) => answerFetch(asked, outcomes, whole),
  }
}

function answerFetch(asked: Asked, outcomes: Record<string, Outcome>, whole: Whole = {}): void {
  const responses = Object.entries(outcomes).map(([name, outcome]) => {
    const [, topic, partition] = /^(.*)-(\d+)$/.exec(name)!
    const { errorCode = 0, records = null, highWatermark = 100n, abortedTransactions = null, ...rest } = outcome
    return {
      topic: topic!,
      topicId: topicId(topic!),
      partitions: [
        {
          partitionIndex: Number(partition),
          errorCode,
          highWatermark: errorCode === 0 ? highWatermark : -1n,
          abortedTransactions,
          records,
          ...rest,
        },
      ],
    }
  })
  asked.answer('Fetch', { responses, ...whole })
}

/** As peers give them out: the name, filled up. */
export function topicId(name: string): string {
  return Buffer.alloc(16, name.padEnd(16, '\0')).toString('base64url')
}

/** A batch of records whose values are their offsets, filled up to a length. */
export function batch(first: number, count: number, padding = 0, options: EncodeRecordBatchOptions = {}): Buffer {
  const records = Array.from({ length: count }, (_, i) => ({ value: `${first + i}`.padEnd(padding) }))
  return encodeRecordBatch(records, { baseOffset: BigInt(first), ...options })
}

/** A batch of a transaction. */
export function transactional(producerId: bigint, first: number, count: number): Buffer {
  return batch(first, count, 0, { producerId, producerEpoch: 0, baseSequence: 0, transactional: true })
}

/** The marker that ends a transaction. */
export function marker(type: 'abort' | 'commit', producerId: bigint, offset: number): Buffer {
  const options = { baseOffset: BigInt(offset), producerId, producerEpoch: 0, transactional: true, control: true }
  return encodeRecordBatch([endTransactionRecord(type, 0, 0)], options)
}

/** The offsets of the next batch. */
export async function nextOffsets(reader: ReturnType<PartitionConsumer['batches']>): Promise<number[]> {
  const messages: Iterable<Message> = (await reader.next()).value ?? []
  return Array.from(messages, ({ offset }) => Number(offset))
}

/** Whatever is to happen at once has happened after it: some turns of the event loop, and what follows from each. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve))
}

/** What a call throws. */
export function thrownBy(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
