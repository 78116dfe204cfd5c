import { describe, expect, it } from 'vitest'
import { Kafka, TimeoutError } from '../../src/index.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { ownCluster } from './support/own.ts'
import { readMessages, valuesOf } from './support/read.ts'
import { LONG_MS, quickToNotice, quiet } from './support/restarts.ts'
import { Reading, Traffic } from './support/traffic.ts'

needsKafka()

describe('a lone broker', { timeout: LONG_MS }, () => {
  // Each test leaves the broker as it found it, so one will do for all.
  const cluster = ownCluster({ config: quickToNotice })
  const broker = () => cluster().broker(1)
  const patient = () =>
    newKafka({ brokers: cluster().bootstrap, metadata: { retry: { max: Infinity } }, logger: quiet })

  it('that is restarted between two sends gets both, and its consumers go on', async () => {
    const kafka = patient()
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    const reading = new Reading(kafka.consumer(), topic, 0)
    const first = reading.count.more(1)
    expect(await producer.send({ topic, value: 'before' })).toMatchObject({ offset: 0n })
    await first
    await broker().stop()
    await broker().start()
    expect(await producer.send({ topic, value: 'after' })).toMatchObject({ offset: 1n })
    await reading.upTo(1n)
    expect(valuesOf(reading.messages)).toEqual(['before', 'after'])
  })

  it('that is down takes what was sent meanwhile when it is back', async () => {
    const kafka = patient()
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    await producer.send({ topic, value: 'before' })
    await broker().kill()
    const sending = producer.sendAll(['a', 'b', 'c'].map(value => ({ topic, value })))
    // A topic that nobody has asked for yet waits too.
    const other = producer.send({ topic: `${topic}-other`, value: 'x' })
    await broker().start()
    expect((await sending).map(({ offset }) => offset)).toEqual([1n, 2n, 3n])
    expect(await other).toMatchObject({ offset: 0n })
    expect(valuesOf(await readMessages(kafka, topic, 3n))).toEqual(['before', 'a', 'b', 'c'])
  })

  it('that is killed while messages are sent and read loses none that it had acknowledged', async () => {
    const kafka = patient()
    const topic = await newTopic(kafka, { partitions: 2 })
    const traffic = new Traffic(kafka, topic, 2)
    const reading = new Reading(kafka.consumer(), topic, 0)
    await traffic.acknowledged.more(500)
    await broker().kill()
    await broker().start()
    await traffic.acknowledged.more(500)
    await traffic.stop()
    await traffic.check()
    const { offset } = await kafka.producer().send({ topic, partition: 0, value: 'last' })
    await reading.upTo(offset)
  })

  it('that is frozen fails messages after producer.deliveryTimeoutMs, and takes them again when it is thawed', async () => {
    // No answer and no other time limit could end the waiting within the time of this test.
    const kafka = newKafka({ brokers: cluster().bootstrap, net: { requestTimeoutMs: 600_000 }, logger: quiet })
    const topic = await newTopic(kafka)
    const producer = kafka.producer({ deliveryTimeoutMs: 1000 })
    await producer.send({ topic, value: 'before' })
    await broker().pause()
    try {
      const failures = await Promise.all(['a', 'b'].map(value => failure(producer.send({ topic, value }))))
      for (const error of failures) {
        expect(error).toBeInstanceOf(TimeoutError)
        expect(error.message).toContain(`${topic}-0`)
        expect(error.message).toContain('producer.deliveryTimeoutMs (1000 ms)')
      }
      // Those too that come while an earlier one is still on its way.
      expect(await failure(producer.send({ topic, value: 'c' }))).toBeInstanceOf(TimeoutError)
    } finally {
      await broker().resume()
    }
    const { offset } = await sendUntilTaken(producer, topic)
    const values = valuesOf(await readMessages(kafka, topic, offset))
    expect([values[0], values.at(-1)]).toEqual(['before', 'after'])
  })

  it('that is frozen does not hold up close() with a signal, which tells what was given up', async () => {
    const kafka = new Kafka({ brokers: cluster().bootstrap })
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    await producer.send({ topic, value: 'before' })
    await broker().pause()
    try {
      const sending = ['a', 'b'].map(value => failure(producer.send({ topic, value })))
      const abort = new AbortController()
      const closing = failure(producer.close({ signal: abort.signal }))
      abort.abort(new Error('enough'))
      expect(await closing).toMatchObject({ code: 'CLOSED', message: expect.stringMatching(/before 2 messages/) })
      for (const error of await Promise.all(sending)) expect(error).toMatchObject({ code: 'CLOSED' })
      await kafka.close()
    } finally {
      await broker().resume()
    }
  })
})

/** Just after it is thawed the broker may still be too slow for a short delivery timeout. */
async function sendUntilTaken(producer: ReturnType<Kafka['producer']>, topic: string) {
  for (;;) {
    const outcome = await producer.send({ topic, value: 'after' }).catch((error: unknown) => error)
    if (!(outcome instanceof Error)) return outcome as { offset: bigint }
    expect(outcome).toBeInstanceOf(TimeoutError)
  }
}
