import { describe, expect, it, vi } from 'vitest'
import type { KafkaConfig, ProducerMessage } from '../../../src/index.ts'
import { type PeersOptions, startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextProduce, prime, turn } from './support.ts'

const INVALID_RECORD = 87

/** One peer with topic a, and a producer that knows it. */
async function start(options?: KafkaConfig['producer'], config?: PeersOptions['config']) {
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] }, ...(config && { config }) })
  const peer = peers[0]!
  await prime(producer(), peer)
  return { peer, producer: producer(options) }
}

/** A message for topic a, to be recognised. */
function message(value: string, partition = 0): ProducerMessage {
  return { topic: 'a', partition, value, metadata: { of: value } }
}

function loggerSpy() {
  return { debug() {}, info() {}, warn() {}, error: vi.fn() }
}

describe('delivery reports', () => {
  it('come a batch at a time, with the very messages in the order of their offsets', async () => {
    const { peer, producer } = await start()
    const reports = producer.deliveries()
    const messages = [message('x'), message('y', 1), message('z')]
    for (const each of messages) expect(producer.enqueue(each)).toBe(true)
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 5n }, 'a-1': { offset: 70n } })
    const told = [(await reports.next()).value!, (await reports.next()).value!]
    expect(told).toEqual([
      { topic: 'a', partition: 0, baseOffset: 5n, messages: [messages[0], messages[2]] },
      { topic: 'a', partition: 1, baseOffset: 70n, messages: [messages[1]] },
    ])
    expect(told[0]!.messages[0]).toBe(messages[0])
  })

  it('tell why a batch was not written, and of those that others wait for', async () => {
    const { peer, producer } = await start()
    const reports = producer.deliveries()
    producer.enqueue(message('x'))
    const sending = failure(producer.send(message('y')))
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: INVALID_RECORD } })
    const error = await sending
    expect((await reports.next()).value).toEqual({
      topic: 'a',
      partition: 0,
      baseOffset: -1n,
      messages: [message('x'), message('y')],
      error,
    })
    expect(error).toMatchObject({ code: 'INVALID_RECORD' })
  })

  it('tell of messages that were refused before they were in a batch, be they sent or enqueued', async () => {
    const { producer } = await start()
    const reports = producer.deliveries()
    const messages = [message('x', 9), message('y', 9)]
    const sending = failure(producer.send(messages[0]!))
    producer.enqueue(messages[1]!)
    const error = await sending
    const told = []
    while (told.length < 2) told.push(...(await reports.next()).value!.messages)
    expect(told).toEqual(messages)
    expect(error.message).toContain('9 is out of range')
    expect(producer.stats().failed).toBe(2)
  })

  it('have the offset -1 with acks 0', async () => {
    const { producer } = await start({ acks: 0 })
    const reports = producer.deliveries()
    producer.enqueue(message('x'))
    expect((await reports.next()).value).toMatchObject({ baseOffset: -1n, messages: [message('x')] })
  })

  it('have the partition -1 where the topic cannot be found', async () => {
    const { producer } = await startPeers({ leaders: {}, config: { metadata: { retry: { max: 0 } } } })
    const sender = producer()
    const reports = sender.deliveries()
    for (const value of ['x', 'y']) expect(sender.enqueue(message(value))).toBe(true)
    expect((await reports.next()).value).toEqual({
      topic: 'a',
      partition: -1,
      baseOffset: -1n,
      messages: [message('x'), message('y')],
      error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }),
    })
  })

  it('count towards producer.maxBufferedBytes until they are read', async () => {
    const { peer, producer } = await start({ maxBufferedBytes: 1 })
    const reports = producer.deliveries()
    const sending = producer.send(message('x'))
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await sending
    expect(producer.enqueue(message('y'))).toBe(false)
    expect(producer.stats().bufferedBytes).toBeGreaterThan(0)
    expect((await reports.next()).value).toMatchObject({ messages: [message('x')] })
    expect(producer.stats().bufferedBytes).toBe(0)
    expect(producer.enqueue(message('y'))).toBe(true)
  })

  it('that nobody reads do not hold up flush() and close(), as all messages have an outcome', async () => {
    const { peer, producer } = await start({ maxBufferedBytes: 1 })
    const reports = producer.deliveries()
    producer.enqueue(message('x'))
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await producer.flush()
    await producer.close()
    expect((await reports.next()).value).toMatchObject({ messages: [message('x')] })
    expect(await reports.next()).toEqual({ done: true, value: undefined })
  })

  it('end when the producer is closed and all of them are read', async () => {
    const { peer, producer } = await start()
    const values: unknown[] = []
    const reading = (async () => {
      for await (const { messages } of producer.deliveries()) values.push(...messages.map(({ value }) => value))
    })()
    producer.enqueue(message('x'))
    const closing = producer.close()
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await closing
    await reading
    expect(values).toEqual(['x'])
    // Who comes late finds the end.
    for await (const _ of producer.deliveries()) expect.unreachable()
  })

  it('tell of messages that were given up by closing', async () => {
    const { peer, producer } = await start()
    const reports = producer.deliveries()
    producer.enqueue(message('x'))
    await nextProduce(peer)
    const error = await failure(producer.close({ signal: AbortSignal.abort() }))
    expect(error.message).toBe('the producer was closed before 1 messages were sent')
    const { value } = await reports.next()
    expect(value).toMatchObject({ baseOffset: -1n, messages: [message('x')], error: { code: 'CLOSED' } })
    expect((await reports.next()).done).toBe(true)
  })

  it('are dropped when their reader leaves', async () => {
    const { peer, producer } = await start()
    const reports = producer.deliveries()
    const sending = [producer.send(message('x')), producer.send(message('y', 1))]
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n }, 'a-1': { offset: 0n } })
    await Promise.all(sending)
    for await (const report of reports) {
      expect(report.messages).toEqual([message('x')])
      expect(producer.stats().bufferedBytes).toBeGreaterThan(0)
      break
    }
    expect(producer.stats().bufferedBytes).toBe(0)
    expect(await reports.next()).toEqual({ done: true, value: undefined })
  })

  it('go to one of several readers each', async () => {
    const { peer, producer } = await start()
    const readers = [producer.deliveries(), producer.deliveries()]
    const next = readers.map(reader => reader.next())
    for (const offset of [0n, 1n]) {
      const sending = producer.send(message(`${offset}`))
      ;(await nextProduce(peer)).answer({ 'a-0': { offset } })
      await sending
    }
    expect((await Promise.all(next)).map(({ value }) => value?.baseOffset)).toEqual([0n, 1n])
  })
})

describe('without a reader of reports', () => {
  it('the failure of what was enqueued is logged as an error, with how many messages were lost', async () => {
    const logger = loggerSpy()
    const { peer, producer } = await start({}, { logger })
    for (const value of ['x', 'y']) producer.enqueue(message(value))
    const sending = failure(producer.send(message('z')))
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: INVALID_RECORD } })
    await sending
    expect(logger.error.mock.calls).toEqual([
      [
        'messages were not sent',
        { topic: 'a', partition: 0, messages: 2, error: expect.stringContaining('INVALID_RECORD') },
      ],
    ])
  })

  it('so is that of messages whose topic cannot be found', async () => {
    const logger = loggerSpy()
    const config = { logger, metadata: { retry: { max: 0 } } }
    const { producer } = await startPeers({ leaders: {}, config })
    const sender = producer()
    sender.enqueue(message('x'))
    await sender.flush()
    expect(logger.error.mock.calls).toEqual([
      [
        'messages were not sent',
        { topic: 'a', partition: -1, messages: 1, error: expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION') },
      ],
    ])
  })

  it('the failure of what others wait for is theirs to tell', async () => {
    const logger = loggerSpy()
    const { peer, producer } = await start({}, { logger })
    const sending = failure(producer.send(message('x')))
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: INVALID_RECORD } })
    await sending
    await turn()
    expect(logger.error).not.toHaveBeenCalled()
  })
})
