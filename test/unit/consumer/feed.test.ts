import { describe, expect, it } from 'vitest'
import { Budget } from '../../../src/consumer/budget.ts'
import { Feed, type FeedOptions } from '../../../src/consumer/feed.ts'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { thrownBy } from './support.ts'

/** A feed that is to begin at an offset. */
function feedAt(offset: bigint, options: Partial<FeedOptions> = {}) {
  const [taken, ended]: [boolean[], Feed[]] = [[], []]
  const budget = new Budget(10_000, 1000)
  const feed = new Feed(
    { topic: 't', partition: 3 },
    { checkCrcs: true, maxDecompressedBytes: 1 << 20, budget, ...options },
    { onTaken: (_, isRelief) => void taken.push(isRelief), onEnded: feed => void ended.push(feed) },
  )
  feed.moveTo(offset)
  const fill = (...batches: Buffer[]) => feed.fill({ ...nothing, records: Buffer.concat(batches) })
  return { feed, fill, budget, taken, ended }
}

const nothing = { highWatermark: 100n, lastStableOffset: 90n, abortedTransactions: null, records: null }

interface BatchOptions {
  /** The last offset of the batch, where compaction has taken the last records. */
  readonly lastOffset?: bigint
  readonly codec?: 'gzip'
  readonly control?: boolean
  readonly partitionLeaderEpoch?: number
}

/** A batch with records at these offsets, whose values are their offsets. */
function batch(offsets: readonly number[], options: BatchOptions = {}): Buffer {
  const records = offsets.map(offset => ({ offset: BigInt(offset), value: `${offset}` }))
  return encodeRecordBatch(records, { baseOffset: BigInt(offsets[0]!), ...options })
}

/** A batch of which compaction has left nothing but its offsets. */
function emptyBatch(firstOffset: number, lastOffset: number): Buffer {
  return encodeRecordBatch([], { baseOffset: BigInt(firstOffset), lastOffset: BigInt(lastOffset) })
}

function damaged(bytes: Buffer): Buffer {
  bytes[bytes.length - 1]! ^= 0xff
  return bytes
}

/** These batches in an answer of which most is of other partitions. */
function mostlyOfOthers(...batches: Buffer[]): Buffer {
  const answer = Buffer.concat([...batches, Buffer.alloc(10_000)])
  return answer.subarray(0, answer.length - 10_000)
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
    expect([feed.fetchOffset, feed.position, feed.highWatermark, feed.lastStableOffset]).toEqual([5n, 0n, 100n, 90n])
    const first = feed.take()
    expect([first?.topic, first?.partition, first?.nextOffset, first?.highWatermark]).toEqual(['t', 3, 3n, 100n])
    expect([feed.fetchOffset, feed.position]).toEqual([5n, 3n])
    expect(readable(feed)).toEqual([[3, 4]])
    expect(feed.position).toBe(5n)
  })

  it('may begin before the offset that was asked for', () => {
    const { feed, fill } = feedAt(7n)
    fill(batch([0, 1, 2]), batch([3, 4]), batch([5, 6, 7, 8]), batch([9]))
    expect(feed.position).toBe(7n)
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
    expect([feed.fetchOffset, feed.position]).toEqual([10n, 5n])
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
    const { feed, fill } = feedAt(0n)
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
    feed.fill({ ...nothing, records })
    expect([feed.fetchOffset, feed.position, feed.highWatermark]).toEqual([4n, 4n, 100n])
    expect(readable(feed)).toEqual([])
  })

  it('tells of the leader epoch of the last batch before each of both offsets', () => {
    const { feed, fill } = feedAt(0n)
    expect([feed.lastFetchedEpoch, feed.positionEpoch]).toEqual([-1, -1])
    fill(batch([0], { partitionLeaderEpoch: 2 }), batch([1], { partitionLeaderEpoch: 5 }))
    expect([feed.lastFetchedEpoch, feed.positionEpoch]).toEqual([5, -1])
    feed.take()
    expect([feed.lastFetchedEpoch, feed.positionEpoch]).toEqual([5, 2])
    feed.take()
    expect([feed.lastFetchedEpoch, feed.positionEpoch]).toEqual([5, 5])
    feed.moveTo(0n)
    expect([feed.lastFetchedEpoch, feed.positionEpoch]).toEqual([-1, -1])
  })

  it('counts as buffered until it is taken, and tells when there is room again', () => {
    const { feed, fill, budget, taken } = feedAt(0n)
    const [first, second] = [batch([0, 1]), batch([2, 3])]
    fill(first, second)
    expect([feed.bufferedBytes, budget.leftBytes]).toEqual([
      first.length + second.length,
      10_000 - first.length - second.length,
    ])
    budget.add(10_000 - second.length)
    feed.take()
    expect([feed.bufferedBytes, taken]).toEqual([second.length, [false]])
    feed.take()
    expect([feed.bufferedBytes, taken]).toEqual([0, [false, true]])
  })

  it('goes on at another offset after what is buffered, be it a smaller one', () => {
    const { feed, fill } = feedAt(7n)
    fill(batch([7, 8]))
    feed.moveTo(0n)
    fill(batch([0, 1]))
    expect(feed.position).toBe(7n)
    expect(readable(feed)).toEqual([
      [7, 8],
      [0, 1],
    ])
    expect(feed.position).toBe(2n)
  })
})

describe('bytes that cannot be read', () => {
  it('close the feed with an error that names the partition, after what came before them', () => {
    const { feed, fill, ended, budget } = feedAt(0n)
    fill(batch([0, 1]), damaged(batch([2, 3])), batch([4]))
    expect(Array.from(feed.take()!, ({ offset }) => offset)).toEqual([0n, 1n])
    const error = thrownBy(() => feed.take())
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toMatch(/^t-3: record batch at offset 2: .*CRC/)
    expect([feed.isEnded, ended, feed.take(), feed.position]).toEqual([true, [feed], undefined, 2n])
    expect(budget.leftBytes).toBe(10_000)
  })

  it('end the feed at once where not even their header makes sense', () => {
    const { feed, fill, ended } = feedAt(0n)
    const bytes = batch([2, 3])
    bytes.writeInt32BE(-1, 57)
    fill(batch([0, 1]), bytes, batch([4]))
    expect([feed.isEnded, ended]).toEqual([true, [feed]])
    expect(readable(feed)).toEqual([[0, 1]])
    expect(feed.failure).toBeInstanceOf(ProtocolError)
    expect((feed.failure as Error).message).toBe('t-3: record batch at offset 2: it announces -1 records')
  })

  it('may pass where checkCrcs is off and only a value is damaged', () => {
    const { feed, fill } = feedAt(0n, { checkCrcs: false })
    const bytes = batch([0])
    bytes[bytes.length - 2] = '9'.charCodeAt(0)
    fill(bytes)
    expect(feed.take()?.at(0)?.value?.toString()).toBe('9')
  })

  it('are an error where they are no whole batch, since the same fetch would bring the same', () => {
    const { feed, fill } = feedAt(2n)
    fill(batch([2, 3]).subarray(0, 40))
    expect(feed.failure).toBeInstanceOf(ProtocolError)
    expect((feed.failure as Error).message).toContain('t-3: a fetch at offset 2 brought no whole batch')
  })

  it('are an error where they all come before the offset', () => {
    const { feed, fill } = feedAt(9n)
    fill(batch([2, 3]))
    expect(feed.failure).toBeInstanceOf(ProtocolError)
  })

  it('that decompress to more than the limit close the feed with an error that names the option', () => {
    const { feed, fill } = feedAt(0n, { maxDecompressedBytes: 1000 })
    const bomb = encodeRecordBatch([{ value: 'x'.repeat(100_000) }], { codec: 'gzip' })
    expect(bomb.length).toBeLessThan(1000)
    fill(bomb)
    const error = thrownBy(() => feed.take())
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toMatch(/^t-3: .*maxDecompressedBatchBytes/)
    expect(feed.take()).toBeUndefined()
  })

  it('of the old formats do not take the messages before them along', () => {
    const { feed, fill } = feedAt(0n)
    const messages = [0, 1, 2].map(legacyMessage)
    fill(messages[0]!, messages[1]!, damaged(messages[2]!))
    expect(Array.from(feed.take()!, ({ offset }) => offset)).toEqual([0n, 1n])
    expect(thrownBy(() => feed.take()).message).toMatch(/^t-3: .*offset 2.*CRC/)
  })
})

describe('a feed', () => {
  it('that is closed hands out nothing more, whatever is buffered or has failed', () => {
    const { feed, fill, ended, budget } = feedAt(0n)
    fill(batch([0]), batch([1]))
    feed.take()
    feed.fail(new Error('reason'))
    feed.close()
    expect([feed.take(), feed.failure, feed.bufferedBytes, ended]).toEqual([undefined, undefined, 0, [feed]])
    expect(budget.leftBytes).toBe(10_000)
    // It stays where reading has ended.
    expect(feed.position).toBe(1n)
  })

  it('that is paused hands out nothing, and tells when it does again', () => {
    const { feed, fill } = feedAt(0n)
    let news = 0
    feed.onNews = () => news++
    feed.pause()
    fill(batch([0]))
    expect([feed.take(), feed.isPaused, news]).toEqual([undefined, true, 0])
    feed.resume()
    expect([feed.isPaused, news, readable(feed)]).toEqual([false, 1, [[0]]])
  })

  it('that is cleared has nothing, and holds nothing', () => {
    const { feed, fill, budget } = feedAt(0n)
    fill(batch([0]), batch([1]))
    feed.clear()
    feed.moveTo(7n)
    expect([feed.take(), feed.position, budget.leftBytes]).toEqual([undefined, 7n, 10_000])
  })

  it('that nobody reads, or only slowly, does not keep in memory what others got with it', () => {
    const { feed } = feedAt(0n)
    const own = mostlyOfOthers(batch([0, 1]), batch([2, 3]), batch([4]))
    feed.fill({ ...nothing, records: own })
    // Half of what a consumer may hold, twice.
    feed.onBrought(5000)
    feed.take()
    feed.onBrought(2000)
    feed.onBrought(3000)
    // It is not looked at any more.
    own.fill(0)
    expect(readable(feed)).toEqual([[2, 3], [4]])
  })

  it('that is being read is not copied', () => {
    const { feed } = feedAt(0n)
    const own = mostlyOfOthers(batch([0]), batch([1]))
    feed.fill({ ...nothing, records: own })
    feed.onBrought(5000)
    feed.onBrought(4999)
    feed.take()
    expect(feed.take()?.at(0)?.value?.buffer === own.buffer).toBe(true)
    // It has read all that it had the last time.
    const more = mostlyOfOthers(batch([2]))
    feed.fill({ ...nothing, records: more })
    feed.onBrought(5000)
    expect(feed.take()?.at(0)?.value?.buffer === more.buffer).toBe(true)
  })
})

/** A message of format v1 whose value is its offset. */
function legacyMessage(offset: number): Buffer {
  const value = Buffer.from(`${offset}`)
  const body = Buffer.alloc(18 + 4 + value.length)
  body[0] = 1
  body.writeBigInt64BE(0n, 2)
  body.writeInt32BE(-1, 10)
  body.writeInt32BE(value.length, 14)
  value.copy(body, 18)
  const content = body.subarray(0, 18 + value.length)
  const message = Buffer.alloc(16 + content.length)
  message.writeBigInt64BE(BigInt(offset), 0)
  message.writeInt32BE(4 + content.length, 8)
  message.writeInt32BE(crc32(content) | 0, 12)
  content.copy(message, 16)
  return message
}

function crc32(bytes: Buffer): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc
}
