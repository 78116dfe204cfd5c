import { describe, expect, it } from 'vitest'
import type { KafkaConfig, PartitionConsumer, StartOffset } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { atOnce, batch, nextFetch, nextOffsets } from './support.ts'

const OFFSET_OUT_OF_RANGE = 1
const NOT_LEADER_OR_FOLLOWER = 6

interface Log {
  readonly oldest: bigint
  readonly newest: bigint
}

/** A reader of a log, from an offset on, whose first fetch the leader has refused for that. */
async function outOfRange(from: bigint, { oldest, newest }: Log, options: KafkaConfig['consumer'] = {}) {
  const resets: unknown[] = []
  const warnings: unknown[] = []
  let failures = 1
  const { peers, kafka } = await startPeers({
    leaders: { t: [1] },
    script: {
      ListOffsets(asked) {
        const { timestamp } = asked.body('ListOffsets').topics[0]!.partitions[0]!
        const errorCode = failures-- > 0 ? NOT_LEADER_OR_FOLLOWER : 0
        const offset = timestamp === -2n ? oldest : newest
        return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode, offset }] }] }
      },
    },
    config: {
      hooks: { onOffsetReset: event => resets.push(event) },
      logger: { debug() {}, info() {}, warn: (...line) => warnings.push(line), error() {} },
    },
  })
  const peer = peers[0]!
  const partition = kafka.consumer({ ...atOnce, ...options }).consumePartition('t', 0, { from })
  ;(await nextFetch(peer)).answer({ 't-0': { errorCode: OFFSET_OUT_OF_RANGE } })
  return { peer, partition, resets, warnings }
}

describe('a reader whose offset the log does not have', () => {
  it.each([
    ['nearest', 3n, 10n],
    ['nearest', 25n, 20n],
    ['oldest', 25n, 10n],
    ['newest', 3n, 20n],
  ] as const)('goes on, with %s, from %s at %s, and tells so', async (reset, from, to) => {
    const { peer, partition, resets, warnings } = await outOfRange(
      from,
      { oldest: 10n, newest: 20n },
      {
        offsets: { reset },
      },
    )
    const again = await nextFetch(peer)
    expect(again.offsets).toEqual({ 't-0': to })
    again.answer({ 't-0': { records: batch(Number(to), 2) } })
    expect(await nextOffsets(partition.batches())).toEqual([Number(to), Number(to) + 1])
    expect(resets).toEqual([{ topic: 't', partition: 0, from, to, reason: 'out-of-range' }])
    const fields = { topic: 't', partition: 0, from: String(from), to: String(to), reason: 'out-of-range' }
    expect(warnings).toEqual([['a partition is read on from another offset', fields]])
  })

  it("gets an error with 'fail'", async () => {
    const { partition, resets } = await outOfRange(3n, { oldest: 10n, newest: 20n }, { offsets: { reset: 'fail' } })
    const error = await failure(partition.batches().next())
    expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    expect(error.message).toMatch(/^t-0 at offset 3 on broker 1/)
    expect(resets).toEqual([])
  })

  it('gets what it has before it goes on', async () => {
    const { peer, partition, resets } = await outOfRange(3n, { oldest: 10n, newest: 20n })
    const reader = partition.batches()
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(10, 5) } })
    // Meanwhile all that it has has been deleted.
    ;(await nextFetch(peer)).answer({ 't-0': { errorCode: OFFSET_OUT_OF_RANGE } })
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(15, 1) } })
    expect(await nextOffsets(reader)).toEqual([10, 11, 12, 13, 14])
    expect(await nextOffsets(reader)).toEqual([15])
    expect(resets).toHaveLength(1)
  })

  it('tries again where the log has it after all', async () => {
    const { peer, partition, resets } = await outOfRange(15n, { oldest: 10n, newest: 20n })
    const again = await nextFetch(peer)
    expect(again.offsets).toEqual({ 't-0': 15n })
    again.answer({ 't-0': { records: batch(15, 1) } })
    expect(await nextOffsets(partition.batches())).toEqual([15])
    expect(resets).toEqual([])
  })

  it('is asked first whether it is only the epoch that the log does not know', async () => {
    const { peer, partition, resets } = await outOfRange(
      3n,
      { oldest: 10n, newest: 20n },
      { offsets: { reset: 'newest' } },
    )
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(20, 1, 0, { partitionLeaderEpoch: 4 }) } })
    const second = await nextFetch(peer)
    expect(second.partitions).toMatchObject({ 't-0': { fetchOffset: 21n, lastFetchedEpoch: 4 } })
    second.answer({ 't-0': { errorCode: OFFSET_OUT_OF_RANGE } })
    const third = await nextFetch(peer)
    expect(third.partitions).toMatchObject({ 't-0': { fetchOffset: 21n, lastFetchedEpoch: -1 } })
    third.answer({ 't-0': { records: batch(21, 1) } })
    const reader = partition.batches()
    expect([await nextOffsets(reader), await nextOffsets(reader)]).toEqual([[20], [21]])
    expect(resets).toHaveLength(1)
  })

  it('can leave while it is looked for', async () => {
    const { partition, resets } = await outOfRange(3n, { oldest: 10n, newest: 20n })
    await partition.close()
    expect(await partition.batches().next()).toEqual({ done: true, value: undefined })
    expect(resets).toEqual([])
  })
})

describe('a reader that seeks when it is told of it', () => {
  /** A reader from offset 3 on of a log that begins at 10 and ends at 20. It seeks `to` when it hears of a reset. */
  async function seekingOnReset(to: StartOffset) {
    const { peers, kafka } = await startPeers({
      leaders: { t: [1] },
      script: {
        ListOffsets(asked) {
          const { timestamp } = asked.body('ListOffsets').topics[0]!.partitions[0]!
          const offset = timestamp === -2n ? 10n : 20n
          return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset }] }] }
        },
      },
      config: { hooks: { onOffsetReset: () => partition.seek(to) } },
    })
    const partition: PartitionConsumer = kafka.consumer(atOnce).consumePartition('t', 0, { from: 3n })
    return { peer: peers[0]!, partition }
  }

  it.each<[StartOffset, number]>([
    ['newest', 20],
    [15n, 15],
  ])('to %s reads on there', async (to, offset) => {
    const { peer, partition } = await seekingOnReset(to)
    ;(await nextFetch(peer)).answer({ 't-0': { errorCode: OFFSET_OUT_OF_RANGE } })
    const next = nextOffsets(partition.batches())
    for (;;) {
      const { offsets, answer } = await nextFetch(peer)
      expect(offsets['t-0']).toBeGreaterThanOrEqual(10n)
      if (offsets['t-0'] === BigInt(offset)) {
        answer({ 't-0': { records: batch(offset, 1) } })
        break
      }
      answer({ 't-0': {} })
    }
    expect(await next).toEqual([offset])
    expect(partition.position).toBe(BigInt(offset + 1))
  })

  it('after the log was truncated reads on there', async () => {
    const { peer, partition } = await seekingOnReset('newest')
    const reader = partition.batches()
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(3, 5, 0, { partitionLeaderEpoch: 2 }) } })
    await nextOffsets(reader)
    ;(await nextFetch(peer)).answer({ 't-0': { divergingEpoch: { epoch: 1, endOffset: 5n } } })
    const offsets: (bigint | undefined)[] = []
    while (offsets.at(-1) !== 20n) {
      const fetch = await nextFetch(peer)
      offsets.push(fetch.offsets['t-0'])
      fetch.answer({ 't-0': {} })
    }
    // Whatever left before it had sought, nothing else is asked for.
    expect(offsets.filter(offset => offset !== 5n && offset !== 20n)).toEqual([])
  })
})
