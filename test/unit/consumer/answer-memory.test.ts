import { describe, expect, it } from 'vitest'
import { AnswerMemory } from '../../../src/consumer/answer-memory.ts'
import { BatchBuffer } from '../../../src/consumer/batch-buffer.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batch, nextFetch } from './support.ts'

const LARGE = 1_000_000

/** A batch of so many bytes, at the start of an answer. */
function batchIn(answer: Buffer, sizeBytes: number) {
  return { bytes: answer, start: 0, sizeBytes, from: 0n, leaderEpoch: -1, highWatermark: 1n }
}

describe('the memory of large answers', () => {
  it('is used for the next one when nothing of it is needed', () => {
    const memory = new AnswerMemory()
    const first = memory.take(LARGE)
    memory.settle()
    const second = memory.take(LARGE + 1)
    expect(second.buffer === first.buffer).toBe(true)
    expect(second.length).toBe(LARGE + 1)
  })

  it('is not used for another while an answer arrives, or has not been looked through', () => {
    const memory = new AnswerMemory()
    const first = memory.take(LARGE)
    const second = memory.take(LARGE)
    memory.settle()
    // The first one was never settled, as its connection broke.
    const third = memory.take(LARGE)
    expect([second.buffer === first.buffer, third.buffer === first.buffer]).toEqual([false, false])
  })

  it.each([
    ['are read', (buffer: BatchBuffer) => [buffer.shift(), buffer.shift()]],
    ['are dropped', (buffer: BatchBuffer) => buffer.clear()],
    [
      'are copied, since nobody reads them',
      (buffer: BatchBuffer) => {
        buffer.age()
        buffer.age()
      },
    ],
  ])('is used for another one when all batches in it %s, not before', (_, release) => {
    const memory = new AnswerMemory()
    const buffer = new BatchBuffer()
    const first = memory.take(LARGE)
    for (let i = 0; i < 2; i++) buffer.push(batchIn(first.subarray(i, 100_000 + i), 100))
    memory.settle()
    const second = memory.take(LARGE)
    memory.settle()
    expect(second.buffer === first.buffer).toBe(false)
    release(buffer)
    const next = [memory.take(LARGE), memory.take(LARGE)]
    expect(new Set(next.map(({ buffer }) => buffer))).toEqual(new Set([first.buffer, second.buffer]))
  })

  it('is of a size that fits', () => {
    const memory = new AnswerMemory()
    memory.take(LARGE)
    memory.settle()
    expect(memory.take(5 * LARGE).length).toBe(5 * LARGE)
    memory.settle()
    expect(memory.take(4 * LARGE).buffer.byteLength).toBeGreaterThan(5 * LARGE)
  })

  it('is given up when answers are small, or were very large', () => {
    const memory = new AnswerMemory()
    const first = memory.take(LARGE)
    memory.settle()
    memory.take(100)
    memory.settle()
    expect(memory.take(LARGE).buffer === first.buffer).toBe(false)
    const huge = memory.take(40 * LARGE)
    memory.settle()
    expect(memory.take(40 * LARGE).buffer === huge.buffer).toBe(false)
  })
})

describe('a batch', () => {
  it('of a large answer is handed out in memory of its own', () => {
    const memory = new AnswerMemory()
    const buffer = new BatchBuffer()
    const answer = memory.take(LARGE).fill(7)
    buffer.push(batchIn(answer, 100))
    memory.settle()
    const taken = buffer.shift()!
    answer.fill(0)
    expect(taken.bytes.subarray(taken.start, taken.start + taken.sizeBytes)).toEqual(Buffer.alloc(100, 7))
  })

  it('of a small answer is not copied', () => {
    const memory = new AnswerMemory()
    const buffer = new BatchBuffer()
    const answer = memory.take(1000)
    buffer.push(batchIn(answer, 100))
    memory.settle()
    expect(buffer.shift()?.bytes).toBe(answer)
  })
})

it('what a reader keeps stays as it is while it reads on', async () => {
  const { peers, kafka } = await startPeers({ leaders: { t: [1, 1] } })
  const reader = kafka
    .consumer()
    .consume([0, 1].map(partition => ({ topic: 't', partition, from: 0n })))
    .batches()
  const kept: Buffer[] = []
  const texts: string[] = []
  for (let offset = 0; offset < 6; offset++) {
    const fetch = await nextFetch(peers[0]!)
    fetch.answer({
      't-0': { records: batch(offset, 1, 200_000 + offset) },
      't-1': { records: batch(offset, 1, 300_000 + offset) },
    })
    for (let i = 0; i < 2; i++) {
      for (const { value } of (await reader.next()).value!) {
        kept.push(value!)
        texts.push(value!.toString())
      }
    }
  }
  expect(new Set(texts).size).toBe(12)
  expect(kept.map((value, i) => value.toString() === texts[i])).toEqual(texts.map(() => true))
  await kafka.close()
})
