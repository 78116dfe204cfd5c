import { expect, it, onTestFinished } from 'vitest'
import { Kafka } from '../../src/index.ts'
import { apis } from '../../src/protocol/apis.ts'
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

  const { client } = kafka
  const consumer = kafka.consumer()
  const leader = await kafka.dialLeader('t', 0)
  const offsets = kafka.offsetManager('g')
  for (const call of [
    () => producer.ready(timeout),
    () => producer.flush(timeout),
    () => producer.close(timeout),
    () => consumer.topics(timeout),
    () => consumer.partitions('t', timeout),
    () => client.brokers(timeout),
    () => client.controller(timeout),
    () => client.topics(timeout),
    () => client.partitions('t', timeout),
    () => client.writablePartitions('t', timeout),
    () => client.leader('t', 0, timeout),
    () => client.replicas('t', 0, timeout),
    () => client.inSyncReplicas('t', 0, timeout),
    () => client.offlineReplicas('t', 0, timeout),
    () => client.coordinator('g', timeout),
    () => client.getOffset('t', 0, 'oldest', timeout),
    () => client.refreshMetadata(['t'], timeout),
    () => leader.writeMessages([{ value: 'x' }], timeout),
    () => leader.readBatch(1, 1, timeout),
    () => leader.readMessage(timeout),
    () => leader.readOffsets(timeout),
    () => leader.readOffset('oldest', timeout),
    () => leader.seek('oldest', timeout),
    () => leader.close(timeout),
    () => offsets.managePartition('t', 0, timeout),
    () => offsets.commit(timeout),
    () => kafka.close(timeout),
  ]) {
    expect(await failure(call()), String(call)).toHaveProperty('message', unknown)
  }
  const misspelt = client.request(apis.Metadata, { topics: null }, { any: true }, { timeout: 5 } as never)
  expect(await failure(misspelt)).toHaveProperty(
    'message',
    expect.stringContaining('options.timeout: there is no such'),
  )
  // None of them has ended anything.
  expect(await leader.writeMessages([{ value: 'x' }])).toHaveLength(1)
  expect(await producer.send(message)).toMatchObject({ topic: 't' })

  expect(await failure(producer.flush({ signal: 5 as never }))).toHaveProperty(
    'message',
    'options.signal: must be an AbortSignal, not 5',
  )
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
