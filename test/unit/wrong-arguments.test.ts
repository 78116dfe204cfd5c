import { expect, it, onTestFinished } from 'vitest'
import { Kafka } from '../../src/index.ts'
import { failure } from '../support/failure.ts'
import { startCluster } from './testing/support.ts'

/** A client that gives up at once, and a topic `t` of two partitions. */
async function start() {
  const cluster = await startCluster({ topics: { t: { partitions: 2 } } })
  const kafka = new Kafka({ brokers: cluster.brokers, metadata: { retry: { max: 0 } }, admin: { retry: { max: 0 } } })
  onTestFinished(() => kafka.close())
  return kafka
}

it('names the partitions of a topic that is asked for another one', async () => {
  const kafka = await start()
  const text = /^t-7: topic "t" has only partitions 0 to 1: UNKNOWN_TOPIC_OR_PARTITION/
  expect(await failure(kafka.client.leader('t', 7))).toHaveProperty('message', expect.stringMatching(text))
  expect(await failure(kafka.dialLeader('t', 7))).toHaveProperty('message', expect.stringMatching(text))
  const [listed] = await kafka.admin().listOffsets([{ topic: 't', partition: 7, spec: 'latest' }])
  expect(listed?.error?.message).toMatch(text)
})

it('refuses options that a call does not have, and a signal in their place', async () => {
  const kafka = await start()
  const producer = kafka.producer()
  const message = { topic: 't', value: 'x' }
  const timeout = { timeoutMs: 5 } as never
  const unknown = 'options.timeoutMs: there is no such field; known ones are signal'
  expect(await failure(producer.send(message, timeout))).toHaveProperty('message', unknown)
  expect(await failure(producer.sendAll([message], timeout))).toHaveProperty('message', unknown)
  expect(() => kafka.consumerGroup('g').messages(['t'], timeout)).toThrow(unknown)

  const signal = AbortSignal.abort() as never
  const misplaced = 'options: must be an object: give the signal as { signal }'
  expect(await failure(producer.send(message, signal))).toHaveProperty('message', misplaced)
  expect(await failure(kafka.dialLeader('t', 0, signal))).toHaveProperty('message', misplaced)
  expect(() => kafka.consumer().consume('t', signal)).toThrow(misplaced)
})

it('tells who knows the words of another client what they are here', async () => {
  const kafka = await start()
  const admin = kafka.admin()
  const oldest = admin.listOffsets([{ topic: 't', partition: 0, spec: 'oldest' as never }])
  expect(await failure(oldest)).toHaveProperty(
    'message',
    expect.stringContaining("earliest is what consumers call 'oldest'"),
  )
  const more = admin.createPartitions([{ name: 't', count: 3 } as never])
  expect(await failure(more)).toHaveProperty('message', expect.stringContaining('did you mean topics[0].totalCount?'))
  const batch = { topic: 't', messages: [{ value: 'x' }] } as never
  expect(await failure(kafka.producer().send(batch))).toHaveProperty(
    'message',
    expect.stringContaining('sendAll(messages)'),
  )
})
