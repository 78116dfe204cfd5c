import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { ClosedError, type Data, type Producer, ProducerErrors } from '../../../../src/index.ts'
import { ExpectationError, mockProducer } from '../../../../src/testing.ts'

interface Order {
  readonly id: number
}

/** Takes a real producer, and swallows its errors as services do. */
async function sendQuietly(producer: Producer<Data, Order>, id: number): Promise<string> {
  try {
    const { partition, offset } = await producer.send({ topic: 'orders', value: { id }, partition: id % 2 })
    return `${partition}:${offset}`
  } catch (error) {
    return (error as Error).message
  }
}

describe('a mock producer', () => {
  it('answers with offsets that count up in each partition', async () => {
    const producer = mockProducer<Data, Order>()
    for (let i = 0; i < 3; i++) producer.expectSendAndSucceed()
    expect(await sendQuietly(producer, 2)).toBe('0:0')
    expect(await sendQuietly(producer, 3)).toBe('1:0')
    expect(await sendQuietly(producer, 4)).toBe('0:1')
    await producer.close()
  })

  it('fails what it is told to, with that error', async () => {
    const error = new Error('no leader')
    const producer = mockProducer().expectSendAndFail(error).expectSendAndSucceed()
    await expect(producer.send({ topic: 'orders' })).rejects.toBe(error)
    expect(await producer.send({ topic: 'orders', timestamp: 5 })).toEqual({
      topic: 'orders',
      partition: 0,
      offset: 0n,
      timestamp: 5,
    })
    expect(producer.stats()).toMatchObject({ delivered: 1, failed: 1 })
    await producer.close()
  })

  it('takes messages that are as expected', async () => {
    const producer = mockProducer<Data, Order>()
      .expectSendAndSucceed({ topic: 'orders', key: null, value: { id: 2 } })
      .expectSendAndSucceed(({ value }) => value?.id === 4)
      .expectSendAndSucceed(({ value }) => assert.equal(value?.id, 6))
    await Promise.all([2, 4, 6].map(id => sendQuietly(producer, id)))
    await producer.close()
  })

  it.each([
    ['another field', { value: { id: 1 } }, /expected a message with value \{ id: 1 \}, but .*id: 2.* was sent/],
    ['a field that is absent', { key: 'k' }, /with key 'k'/],
    ['a check that answers false', () => false, /the check of a message refuses .*id: 2/],
    [
      'a check that throws',
      () => assert.fail('not my order'),
      /the check of a message refuses .*id: 2.*: not my order/,
    ],
    ['a check that has not decided', (async () => {}) as () => void, /must not be asynchronous/],
  ])('refuses a message for %s, and tells so again when it is closed', async (_, expected, problem) => {
    const producer = mockProducer<Data, Order>().expectSendAndSucceed(expected)
    expect(await sendQuietly(producer, 2)).toMatch(problem)
    await expect(producer.close()).rejects.toThrow(problem)
    expect(producer.stats().delivered).toBe(0)
  })

  it('refuses messages that nobody expects', async () => {
    const producer = mockProducer()
    await expect(producer.send({ topic: 'orders' })).rejects.toThrow(ExpectationError)
    expect(() => producer.enqueue({ topic: 'payments' })).toThrow(/expected no message any more, but .*payments/)
    const error: unknown = await producer.close().catch(error => error)
    expect(error).toMatchObject({
      code: 'EXPECTATION',
      problems: [expect.stringContaining("'orders'"), expect.stringContaining("'payments'")],
    })
  })

  it('tells of what did not come whoever closes it, each time', async () => {
    const producer = mockProducer().expectSendAndSucceed({ topic: 'orders' }).expectSendAndFail(new Error('x'))
    const service = producer.close()
    await expect(service).rejects.toThrow("expected a message with { topic: 'orders' }, but none was sent")
    await expect(producer[Symbol.asyncDispose]()).rejects.toThrow('expected a message, but none was sent')
    await expect(producer.send({ topic: 'orders' })).rejects.toThrow(ClosedError)
  })

  it('gives sendAll the errors of the messages that failed', async () => {
    const error = new Error('x')
    const producer = mockProducer().expectSendAndSucceed().expectSendAndFail(error)
    const messages = [{ topic: 'orders' }, { topic: 'payments' }]
    const thrown: unknown = await producer.sendAll(messages).catch(error => error)
    expect(thrown).toBeInstanceOf(ProducerErrors)
    expect(thrown).toMatchObject({ errors: [{ message: messages[1], error }] })
    producer.expectSendAndSucceed().expectSendAndSucceed()
    expect(await producer.sendAll(messages)).toMatchObject([{ offset: 1n }, { offset: 0n }])
    await producer.close()
  })

  it('reports deliveries until it is closed', async () => {
    const error = new Error('x')
    const producer = mockProducer().expectSendAndSucceed().expectSendAndFail(error)
    const reports = collect(producer)
    const message = { topic: 'orders', partition: 3, metadata: 'mine' }
    expect([producer.enqueue(message), producer.enqueue(message)]).toEqual([true, true])
    await producer.flush()
    await producer.close()
    expect(await reports).toEqual([
      { topic: 'orders', partition: 3, baseOffset: 0n, messages: [message] },
      { topic: 'orders', partition: 3, baseOffset: -1n, messages: [message], error },
    ])
  })

  it('heeds signals', async () => {
    const producer = mockProducer().expectSendAndSucceed()
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(producer.send({ topic: 'orders' }, { signal })).rejects.toThrow('gone')
    await expect(producer.flush({ signal })).rejects.toThrow('gone')
    await producer.send({ topic: 'orders' })
    await producer.close()
  })
})

async function collect(producer: Producer): Promise<unknown[]> {
  const reports: unknown[] = []
  for await (const report of producer.deliveries()) reports.push(report)
  return reports
}
