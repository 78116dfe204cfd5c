import { describe, expect, it } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { java } from '../kafka/support/java.ts'
import { readBatches, readMessages, valuesOf } from '../kafka/support/read.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

describe('a log with transactions', () => {
  it('shows only what was committed to those who ask for it', async context => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const written = await orReason(() => java('transactions', { topic }))
    if (!written.ok) return context.skip(written.reason)
    const partition = kafka
      .consumer({ isolationLevel: 'read_committed', maxWaitMs: 100 })
      .consumePartition(topic, 0, { from: 'oldest' })
    const read: (string | undefined)[] = []
    for await (const { value, offset } of partition) {
      read.push(value?.toString())
      if (offset === 6n) break
    }
    expect(read).toEqual(['committed 1', 'committed 2', 'outside', 'committed 3'])
  })

  it('shows its messages and never the markers, whose offsets are skipped', async context => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const written = await orReason(() => java('transactions', { topic }))
    if (!written.ok) return context.skip(written.reason)
    // Offsets 2, 4 and 7 are the markers: commit, abort, commit.
    const offsets = { 'committed 1': '0', 'committed 2': '1', aborted: '3', outside: '5', 'committed 3': '6' }
    expect(written.value).toEqual(offsets)
    // Without isolation what was aborted is shown too.
    const read = await readMessages(kafka, topic, 6n)
    expect(Object.fromEntries(read.map(({ offset, value }) => [value?.toString(), String(offset)]))).toEqual(offsets)
    const batches = await readBatches(kafka, topic, 6n)
    expect(batches.flatMap(batch => [...batch].map(({ offset }) => offset))).toEqual([0n, 1n, 3n, 5n, 6n])
    // One that begins at a marker gets what comes after it.
    expect(valuesOf(await readMessages(kafka, topic, 6n, { from: 4n }))).toEqual(['outside', 'committed 3'])
  })

  it('is read on after a marker at its very end', async context => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const written = await orReason(() => java('transactions', { topic }))
    if (!written.ok) return context.skip(written.reason)
    const partition = kafka.consumer({ maxWaitMs: 100 }).consumePartition(topic, 0, { from: 7n })
    const reading = partition[Symbol.asyncIterator]().next()
    while (partition.position !== 8n) await kafka.producer().send({ topic: await newTopic(kafka), value: 'x' })
    await kafka.producer().send({ topic, value: 'after' })
    expect((await reading).value?.toJSON()).toMatchObject({ offset: '8', value: 'after' })
  })
})

it('a log whose start was deleted is read from what is left, from an offset before that too', async context => {
  const resets: unknown[] = []
  const kafka = newKafka({ hooks: { onOffsetReset: event => resets.push(event) } })
  const topic = await newTopic(kafka)
  const values = Array.from({ length: 10 }, (_, i) => `${i}`)
  await kafka.producer().sendAll(values.map(value => ({ topic, value })))
  const deleted = await orReason(() => java('delete-records', { topic, partition: 0, before: 4 }))
  if (!deleted.ok) return context.skip(deleted.reason)
  expect(deleted.value).toEqual({ lowWatermark: '4' })
  // All ten are one batch: the broker sends it whole, and what comes before the start is left out here.
  const [batch] = await readBatches(kafka, topic, 9n)
  expect([batch?.firstOffset, batch?.size]).toEqual([4n, 6])
  expect(valuesOf(await readMessages(kafka, topic, 9n))).toEqual(values.slice(4))
  const early = kafka.consumer().consumePartition(topic, 0, { from: 3n })[Symbol.asyncIterator]()
  expect((await early.next()).value?.offset).toBe(4n)
  expect(resets).toEqual([{ topic, partition: 0, from: 3n, to: 4n, reason: 'out-of-range' }])
  const strict = kafka.consumer({ offsets: { reset: 'fail' } })
  const error = await failure(strict.consumePartition(topic, 0, { from: 3n })[Symbol.asyncIterator]().next())
  expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  expect(error.message).toContain(`${topic}-0 at offset 3`)
})
