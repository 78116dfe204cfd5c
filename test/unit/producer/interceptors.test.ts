import { describe, expect, it, vi } from 'vitest'
import { ConfigurationError, json, type ProducerInterceptor, type ProducerMessage } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { batchesOf, nextProduce } from './support.ts'

/** One peer with the topics a and b, and a producer with these interceptors. */
async function start(...interceptors: ProducerInterceptor[]) {
  const logger = { debug() {}, info() {}, warn: vi.fn(), error() {} }
  const { peers, producer, kafka } = await startPeers({ leaders: { a: [1, 1], b: [1] }, config: { logger } })
  return { peer: peers[0]!, producer: producer({ interceptors }), kafka, logger }
}

/** Appends to values, in the message or in a new one. */
const replacing = (what: string) => ({
  onSend: (message: ProducerMessage) => ({ ...message, value: `${message.value}${what}` }),
})
const mutating = (what: string) => ({
  onSend(message: ProducerMessage) {
    Object.assign(message, { value: `${message.value}${what}` })
  },
})

describe('interceptors', () => {
  it('see each message one after another, and may change it or give another one', async () => {
    const { peer, producer } = await start(replacing('1'), mutating('2'), replacing('3'))
    const sending = [
      producer.send({ topic: 'a', partition: 0, value: 'x' }),
      producer.sendAll([{ topic: 'a', partition: 0, value: 'y' }]),
    ]
    producer.enqueue({ topic: 'a', partition: 0, value: 'z' })
    const request = await nextProduce(peer)
    expect(batchesOf(request)).toEqual([['a-0', 'x123', 'y123', 'z123']])
    request.answer({ 'a-0': { offset: 0n } })
    await Promise.all(sending)
  })

  it('may send a message elsewhere; reports have it as it was given', async () => {
    const { peer, producer } = await start({ onSend: message => ({ ...message, topic: 'b', partition: 0 }) })
    const reports = producer.deliveries()
    const message = { topic: 'a', partition: 1, value: 'x' }
    const sending = producer.send(message)
    const request = await nextProduce(peer)
    expect(batchesOf(request)).toEqual([['b-0', 'x']])
    request.answer({ 'b-0': { offset: 4n } })
    expect(await sending).toMatchObject({ topic: 'b', partition: 0, offset: 4n })
    const { value: report } = await reports.next()
    expect(report).toMatchObject({ topic: 'b', partition: 0, baseOffset: 4n })
    expect(report!.messages[0]).toBe(message)
  })

  it('come before serializers', async () => {
    const { peer, kafka } = await start()
    const onSend = (message: ProducerMessage<string, { n: number }>) => ({
      ...message,
      value: { n: message.value!.n + 1 },
    })
    const producer = kafka.producer({ value: json<{ n: number }>(), interceptors: [{ onSend }] })
    const sending = producer.send({ topic: 'a', partition: 0, value: { n: 1 } })
    const request = await nextProduce(peer)
    expect(batchesOf(request)).toEqual([['a-0', '{"n":2}']])
    request.answer({ 'a-0': { offset: 0n } })
    await sending
  })

  it('that throw are logged, and the message is sent without them', async () => {
    const bug = () => {
      throw new Error('a bug of the user')
    }
    const { peer, producer, logger } = await start(replacing('1'), { onSend: bug }, replacing('2'))
    const sending = producer.send({ topic: 'a', partition: 0, value: 'x' })
    const request = await nextProduce(peer)
    expect(batchesOf(request)).toEqual([['a-0', 'x12']])
    request.answer({ 'a-0': { offset: 0n } })
    await sending
    expect(logger.warn.mock.calls).toEqual([
      [expect.stringContaining('interceptor'), { error: expect.stringContaining('a bug of the user') }],
    ])
  })

  it('that are asynchronous are logged, and the message is sent as it was', async () => {
    const late: ProducerInterceptor = { onSend: (async () => ({ topic: 'a', value: 'too late' })) as never }
    const { peer, producer, logger } = await start(replacing('1'), late, replacing('2'))
    const sending = producer.send({ topic: 'a', partition: 0, value: 'x' })
    sending.catch(() => {})
    const request = await Promise.race([nextProduce(peer), sending])
    expect(request).toMatchObject({ sent: [{ where: 'a-0', values: ['x12'] }] })
    if ('answer' in request) request.answer({ 'a-0': { offset: 0n } })
    await sending
    expect(logger.warn.mock.calls).toEqual([
      [expect.stringContaining('interceptor'), { error: expect.stringContaining('asynchronous') }],
    ])
  })

  it('that make something else of a message have it refused, as if it had been given', async () => {
    const { producer } = await start({ onSend: message => ({ ...message, topic: '?' }) })
    const error = await failure(producer.send({ topic: 'a', value: 'x' }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toContain('message.topic')
  })

  it('are asked once for a message that waits for room', async () => {
    const onSend = vi.fn()
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ interceptors: [{ onSend }], maxBufferedBytes: 1 })
    const sending = ['x', 'y'].map(value => sender.send({ topic: 'a', value }))
    for (let offset = 0n; offset < 2n; offset++) (await nextProduce(peers[0]!)).answer({ 'a-0': { offset } })
    await Promise.all(sending)
    expect(onSend.mock.calls.map(([{ value }]) => value)).toEqual(['x', 'y'])
  })

  it.each([
    [{}, 'must be a list of objects with onSend(), not an object'],
    [[{}], 'must be a list of objects with onSend(); [0] has none'],
    [[{ onSend() {} }, null], 'must be a list of objects with onSend(); [1] has none'],
  ])('that are none are refused: %o', async (interceptors, problem) => {
    const { kafka } = await start()
    expect(() => kafka.producer({ interceptors: interceptors as never })).toThrow(`producer.interceptors: ${problem}`)
  })
})
