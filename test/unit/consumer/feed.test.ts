import { describe, expect, it } from 'vitest'
import { Feed, type FeedOptions } from '../../../src/consumer/feed.ts'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { failure } from '../../support/failure.ts'

/** A feed that is to begin at an offset. */
function feedAt(offset: bigint, options: Partial<FeedOptions> = {}) {
  let taken = 0
  let ended = 0
  const feed = new Feed(
    { topic: 't', partition: 3 },
    { checkCrcs: true, maxDecompressedBytes: 1 << 20, ...options },
    () => taken++,
    () => ended++,
  )
  feed.fetchOffset = offset
  feed.position = offset
  const fill = (...batches: Buffer[]) => feed.fill({ highWatermark: 100n, records: Buffer.concat(batches) })
  return { feed, fill, taken: () => taken, ended: () => ended }
}

interface BatchOptions {
  /** The last offset of the batch, where compaction has taken the last records. */
  readonly lastOffset?: bigint
  readonly codec?: 'gzip'
  readonly control?: boolean
}

/** A batch with records at these offsets, whose values are their offsets. */
function batch(offsets: readonly number[], { lastOffset, codec, control }: BatchOptions = {}): Buffer {
  const records = offsets.map(offset => ({ offset: BigInt(offset), value: `${offset}` }))
  const bytes = encodeRecordBatch(records, {
    baseOffset: BigInt(offsets[0]!),
    ...(codec === undefined ? {} : { codec }),
    ...(lastOffset === undefined ? {} : { lastOffset }),
  })
  if (control) {
    // Control batches are the broker's to write. The CRC is not checked where this is used.
    bytes[22]! |= 0x20
  }
  return bytes
}

/** A batch of which compaction has left nothing but its offsets. */
function emptyBatch(firstOffset: number, lastOffset: number): Buffer {
  return encodeRecordBatch([], { baseOffset: BigInt(firstOffset), lastOffset: BigInt(lastOffset) })
}

/** The offsets of what can be read now, batch by batch. */
function readable(feed: Feed): number[][] {
  const offsets: number[][] = []
  for (let next = feed.take(); next !== undefined; next = feed.take()) {
    offsets.push(Array.from(next, message => Number(message.offset)))
    for (const message of next) expect(message.value?.toString()).toBe(`${message.offset}`)
  }
  return offsets
}

describe('what a fetch brings', () => {
  it('is handed out batch by batch, and moves both offsets on', () => {
    const { feed, fill } = feedAt(0n)
    fill(batch([0, 1, 2]), batch([3, 4]))
    expect([feed.fetchOffset, feed.position, feed.highWatermark]).toEqual([5n, 0n, 100n])
    const first = feed.take()
    expect([first?.topic, first?.partition, first?.nextOffset, first?.highWatermark]).toEqual(['t', 3, 3n, 100n])
    expect([feed.fetchOffset, feed.position]).toEqual([5n, 3n])
    expect(readable(feed)).toEqual([[3, 4]])
    expect(feed.position).toBe(5n)
  })

  it('may begin before the offset that was asked for', () => {
    const { feed, fill } = feedAt(7n)
    fill(batch([0, 1, 2]), batch([3, 4]), batch([5, 6, 7, 8]), batch([9]))
    expect(readable(feed)).toEqual([[7, 8], [9]])
    expect(feed.position).toBe(10n)
  })

  it('may end in the middle of a batch, which is fetched anew', () => {
    const { feed, fill } = feedAt(0n)
    fill(batch([0, 1]), batch([2, 3]).subarray(0, -1))
    expect(feed.fetchOffset).toBe(2n)
    fill(batch([2, 3]))
    expect(readable(feed)).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  it('may have empty batches, whose offsets are skipped', () => {
    const { feed, fill } = feedAt(0n)
    fill(emptyBatch(0, 4), batch([5]), emptyBatch(6, 9))
    expect(feed.fetchOffset).toBe(10n)
    expect(readable(feed)).toEqual([[5]])
    expect(feed.position).toBe(10n)
  })

  it('may have gaps in a batch, and offsets after its last record', () => {
    const { feed, fill } = feedAt(0n)
    fill(batch([0, 3, 4, 8], { lastOffset: 12n }), batch([13]))
    expect(readable(feed)).toEqual([[0, 3, 4, 8], [13]])
    const other = feedAt(4n)
    other.fill(batch([0, 3, 4, 8], { lastOffset: 12n }))
    expect([other.feed.fetchOffset, readable(other.feed)]).toEqual([13n, [[4, 8]]])
    const inGap = feedAt(5n)
    inGap.fill(batch([0, 3, 4, 8], { lastOffset: 12n }))
    expect(readable(inGap.feed)).toEqual([[8]])
  })

  it('may have nothing left from the offset on in a batch that reaches beyond it', () => {
    const { feed, fill } = feedAt(10n)
    fill(batch([0, 3, 4, 8], { lastOffset: 12n }), batch([13]))
    expect(readable(feed)).toEqual([[13]])
  })

  it('may have control batches, which are never shown', () => {
    const { feed, fill } = feedAt(0n, { checkCrcs: false })
    fill(batch([0]), batch([1], { control: true }), batch([2]), batch([3], { control: true }))
    expect(feed.fetchOffset).toBe(4n)
    expect(readable(feed)).toEqual([[0], [2]])
    expect(feed.position).toBe(4n)
  })

  it('may be several compressed batches', () => {
    const { feed, fill } = feedAt(1n)
    fill(batch([0, 1, 2], { codec: 'gzip' }), batch([3]), batch([4, 5], { codec: 'gzip' }))
    expect(readable(feed)).toEqual([[1, 2], [3], [4, 5]])
  })

  it.each([null, Buffer.alloc(0)])('may be nothing: %o', records => {
    const { feed } = feedAt(4n)
    feed.attempts = 3
    feed.fill({ highWatermark: 4n, records })
    expect([feed.fetchOffset, feed.position, feed.highWatermark, feed.attempts]).toEqual([4n, 4n, 4n, 0])
    expect(readable(feed)).toEqual([])
  })

  it('counts as buffered until it is taken, and tells when there is room again', () => {
    const { feed, fill, taken } = feedAt(0n)
    const [first, second] = [batch([0, 1]), batch([2, 3])]
    fill(first, second)
    expect(feed.bufferedBytes).toBe(first.length + second.length)
    feed.take()
    expect([feed.bufferedBytes, taken()]).toEqual([second.length, 1])
    feed.take()
    expect([feed.bufferedBytes, taken()]).toEqual([0, 2])
  })
})

describe('bytes that cannot be read', () => {
  const damaged = (bytes: Buffer) => {
    bytes[bytes.length - 1]! ^= 0xff
    return bytes
  }

  it('end the feed with an error that names the partition, after what came before them', async () => {
    const { feed, fill, ended } = feedAt(0n)
    fill(batch([0, 1]), damaged(batch([2, 3])), batch([4]))
    expect([feed.isEnded, ended()]).toEqual([true, 1])
    expect(Array.from((await feed.next())!, ({ offset }) => offset)).toEqual([0n, 1n])
    const error = await failure(feed.next())
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toMatch(/^t-3: record batch at offset 2: .*CRC/)
    // Once; then it has just ended.
    expect(await feed.next()).toBeUndefined()
  })

  it('may pass where checkCrcs is off and only a value is damaged', () => {
    const { feed, fill } = feedAt(0n, { checkCrcs: false })
    const bytes = batch([0])
    bytes[bytes.length - 2] = '9'.charCodeAt(0)
    fill(bytes)
    expect(feed.take()?.at(0)?.value?.toString()).toBe('9')
  })

  it('are an error where they are no whole batch, since the same fetch would bring the same', async () => {
    const { feed, fill } = feedAt(2n)
    fill(batch([2, 3]).subarray(0, 40))
    const error = await failure(feed.next())
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toContain('t-3: a fetch at offset 2 brought no whole batch')
  })

  it('are an error where they all come before the offset', async () => {
    const { feed, fill } = feedAt(9n)
    fill(batch([2, 3]))
    expect(await failure(feed.next())).toBeInstanceOf(ProtocolError)
  })

  it('that decompress to more than the limit end the feed with an error that names the option', async () => {
    const { feed, fill } = feedAt(0n, { maxDecompressedBytes: 1000 })
    const bomb = encodeRecordBatch([{ value: 'x'.repeat(100_000) }], { codec: 'gzip' })
    expect(bomb.length).toBeLessThan(1000)
    fill(bomb)
    const error = await failure(feed.next())
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toMatch(/^t-3: .*maxDecompressedBatchBytes/)
    expect(await feed.next()).toBeUndefined()
  })
})

describe('a reader', () => {
  it('that waits gets what comes, or the failure', async () => {
    const { feed, fill } = feedAt(0n)
    const first = feed.next()
    fill(batch([0]))
    expect((await first)?.firstOffset).toBe(0n)
    const [second, third] = [feed.next(), failure(feed.next())]
    fill(batch([1]))
    expect((await second)?.firstOffset).toBe(1n)
    const reason = new Error('reason')
    feed.fail(reason)
    expect(await third).toBe(reason)
  })

  it('of a feed that is closed gets nothing more, whatever is buffered or has failed', async () => {
    const { feed, fill, ended } = feedAt(0n)
    fill(batch([0]), batch([1]))
    feed.fail(new Error('reason'))
    feed.close()
    expect(await feed.next()).toBeUndefined()
    expect([feed.bufferedBytes, ended()]).toEqual([0, 1])
    // What was under way is dropped.
    fill(batch([2]))
    expect([feed.take(), feed.bufferedBytes]).toEqual([undefined, 0])
  })

  it('that waits when the feed is closed gets an end', async () => {
    const { feed } = feedAt(0n)
    const waiting = [feed.next(), feed.next()]
    feed.close()
    expect(await Promise.all(waiting)).toEqual([undefined, undefined])
  })
})
