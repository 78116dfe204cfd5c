import { describe, expect, it } from 'vitest'
import { type AbortedTransaction, AbortedTransactions } from '../../../src/consumer/aborted.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { batch, marker, thrownBy, transactional } from './support.ts'

/** The base offsets of the batches that are seen. */
function seen(transactions: readonly AbortedTransaction[], ...batches: Buffer[]): number[] {
  const aborted = new AbortedTransactions(transactions)
  return [...decodeRecordBatches(Buffer.concat(batches))]
    .filter(each => !aborted.hides(each, () => each))
    .map(({ baseOffset }) => Number(baseOffset))
}

describe('of the batches of a fetch', () => {
  it('those of aborted transactions are hidden, up to the marker that ends each', () => {
    const log = [
      transactional(1n, 0, 2),
      transactional(1n, 2, 1),
      marker('abort', 1n, 3),
      transactional(1n, 4, 1),
      marker('commit', 1n, 5),
    ]
    // Markers are never shown to users; the one that was looked into is known to be one.
    expect(seen([{ producerId: 1n, firstOffset: 0n }], ...log)).toEqual([4, 5])
  })

  it('those of other producers in between are seen, with or without a transaction', () => {
    const log = [
      transactional(1n, 0, 1),
      transactional(2n, 1, 1),
      batch(2, 1),
      batch(3, 1, 0, { producerId: 3n, producerEpoch: 0, baseSequence: 0 }),
      marker('commit', 2n, 4),
      transactional(1n, 5, 1),
      marker('abort', 1n, 6),
    ]
    expect(seen([{ producerId: 1n, firstOffset: 0n }], ...log)).toEqual([1, 2, 3, 4])
  })

  it('those are found whatever the order of the list is', () => {
    const log = [
      transactional(1n, 0, 1),
      marker('abort', 1n, 1),
      transactional(1n, 2, 1),
      marker('commit', 1n, 3),
      transactional(2n, 4, 1),
      transactional(1n, 5, 1),
      marker('abort', 2n, 6),
      marker('abort', 1n, 7),
      transactional(2n, 8, 1),
    ]
    const list = [
      { producerId: 1n, firstOffset: 5n },
      { producerId: 2n, firstOffset: 4n },
      { producerId: 1n, firstOffset: 0n },
    ]
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
    ]) {
      expect(
        seen(
          order.map(i => list[i]!),
          ...log,
        ),
      ).toEqual([2, 3, 8])
    }
  })

  it('those are hidden too whose transaction began before the fetch', () => {
    const log = [transactional(1n, 50, 1), marker('abort', 1n, 51), transactional(1n, 52, 1)]
    expect(seen([{ producerId: 1n, firstOffset: 3n }], ...log)).toEqual([52])
  })

  it('those before an aborted transaction of the same producer are seen', () => {
    const log = [transactional(1n, 0, 1), marker('commit', 1n, 1), transactional(1n, 2, 1), marker('abort', 1n, 3)]
    expect(seen([{ producerId: 1n, firstOffset: 2n }], ...log)).toEqual([0, 1])
  })

  it('those are seen of a producer whose batch is not transactional', () => {
    const log = [batch(0, 1, 0, { producerId: 1n, producerEpoch: 0, baseSequence: 0 }), transactional(1n, 1, 1)]
    expect(seen([{ producerId: 1n, firstOffset: 0n }], ...log)).toEqual([0])
  })

  it('those with a damaged marker are an error', () => {
    const bytes = batch(0, 1, 0, { producerId: 1n, producerEpoch: 0, transactional: true, control: true })
    expect(thrownBy(() => seen([{ producerId: 1n, firstOffset: 0n }], bytes)).message).toMatch(
      /control record at offset 0/,
    )
  })
})
