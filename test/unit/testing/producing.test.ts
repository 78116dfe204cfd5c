import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { batchOf, RawClient, startCluster } from './support.ts'

const valuesIn = (cluster: Awaited<ReturnType<typeof startCluster>>, partition = 0) =>
  cluster
    .log('a', partition)
    .messages()
    .map(({ value }) => String(value))

async function withTopic(configs: Record<string, string> = {}, brokers = 1) {
  const cluster = await startCluster({ brokers, topics: { a: { configs } } })
  return { cluster, client: await RawClient.connect(cluster) }
}

describe('produce', () => {
  it('appends batches, and tells where', async () => {
    const { cluster, client } = await withTopic()
    expect(await client.produce(['x', 'y'])).toMatchObject({ errorCode: 0, baseOffset: 0n, logAppendTimeMs: -1n })
    expect(await client.produce(['z'], { codec: 'gzip' })).toMatchObject({ baseOffset: 2n, logStartOffset: 0n })
    expect(valuesIn(cluster)).toEqual(['x', 'y', 'z'])
    expect(
      cluster
        .log('a', 0)
        .messages()
        .map(({ offset }) => offset),
    ).toEqual([0n, 1n, 2n])
  })

  it('sets the time of the records where the topic is configured so', async () => {
    const { cluster, client } = await withTopic({ 'message.timestamp.type': 'LogAppendTime' })
    const { logAppendTimeMs } = await client.produce(['x'])
    const [message] = cluster.log('a', 0).messages()
    expect(message).toMatchObject({ timestampType: 'log-append', timestamp: Number(logAppendTimeMs) })
    expect(message!.timestamp).toBeGreaterThan(1)
  })

  it('refuses what is damaged, too large, or not for clients to write', async () => {
    const { cluster, client } = await withTopic({ 'max.message.bytes': '200' })
    const damaged = batchOf(['x'])
    damaged[damaged.length - 1]! ^= 1
    const old = batchOf(['x'])
    old[16] = 1
    expect(await client.produce(damaged)).toMatchObject({ errorCode: errorCodes.CORRUPT_MESSAGE, baseOffset: -1n })
    expect(await client.produce(old)).toMatchObject({ errorCode: errorCodes.INVALID_RECORD })
    expect(await client.produce(Buffer.alloc(0))).toMatchObject({ errorCode: errorCodes.INVALID_RECORD })
    expect(await client.produce(Buffer.concat([batchOf(['x']), batchOf(['y'])]))).toMatchObject({
      errorCode: errorCodes.INVALID_RECORD,
    })
    expect(await client.produce(['x'], { control: true })).toMatchObject({ errorCode: errorCodes.INVALID_RECORD })
    expect(await client.produce(['x'.repeat(200)])).toMatchObject({ errorCode: errorCodes.MESSAGE_TOO_LARGE })
    expect(cluster.log('a', 0).endOffset).toBe(0n)
    expect(await client.produce(['x'])).toMatchObject({ errorCode: 0 })
  })

  it('tells which records of a batch a compacted topic does not take', async () => {
    const { client } = await withTopic({ 'cleanup.policy': 'compact' })
    expect(await client.produce(['x', 'y'])).toMatchObject({
      errorCode: errorCodes.INVALID_RECORD,
      recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }],
    })
  })

  it('refuses timestamps that are too far from its own time', async () => {
    const { client } = await withTopic({ 'message.timestamp.before.max.ms': '1000' })
    expect(await client.produce(['x'])).toMatchObject({ errorCode: errorCodes.INVALID_TIMESTAMP })
  })

  it('answers nothing with acks 0, and closes the connection when something is wrong', async () => {
    const { cluster, client } = await withTopic()
    const silent = (topic: string) => ({
      acks: 0,
      timeoutMs: 1,
      topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf(['x']) }] }],
    })
    client.send('Produce', silent('a'), 12)
    expect(await client.ask('ApiVersions', {})).toMatchObject({ errorCode: 0 })
    expect(valuesIn(cluster)).toEqual(['x'])
    client.send('Produce', silent('no such topic'), 12)
    await client.closed
  })

  it('knows topics by their ids only from version 13 on', async () => {
    const { client } = await withTopic()
    const { topics } = await client.ask('Metadata', { topics: [{ name: 'a' }] })
    const ask = (topicId: string) =>
      client.ask('Produce', {
        acks: 1,
        timeoutMs: 1,
        topicData: [{ topicId, partitionData: [{ index: 0, records: batchOf(['x']) }] }],
      })
    const known = await ask(topics[0]!.topicId)
    expect(known.responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 0n })
    const unknown = await ask('x'.repeat(21).concat('A'))
    expect(unknown.responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: errorCodes.UNKNOWN_TOPIC_ID })
  })

  it('says where the leader is when another broker is asked', async () => {
    const { cluster } = await withTopic({}, 2)
    const other = await RawClient.connect(cluster, 2)
    const topicData = [{ name: 'a', partitionData: [{ index: 0, records: batchOf(['x']) }] }]
    const { responses, nodeEndpoints } = await other.ask('Produce', { acks: 1, timeoutMs: 1, topicData }, 12)
    expect(responses[0]!.partitionResponses[0]).toMatchObject({
      errorCode: errorCodes.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 1, leaderEpoch: 0 },
    })
    expect(nodeEndpoints.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`])).toEqual([
      [1, cluster.brokers[0]],
    ])
  })

  it('asks for enough replicas in sync with acks -1', async () => {
    const { cluster, client } = await withTopic({ 'min.insync.replicas': '2' }, 2)
    const stopped = cluster.stopBroker(2)
    expect(await client.produce(['x'])).toMatchObject({ errorCode: errorCodes.NOT_ENOUGH_REPLICAS })
    await stopped.undo()
    expect(await client.produce(['x'])).toMatchObject({ errorCode: 0 })
  })

  it('asks for no more replicas in sync than there are', async () => {
    const { client } = await withTopic({ 'min.insync.replicas': '2' }, 1)
    expect(await client.produce(['x'])).toMatchObject({ errorCode: 0 })
  })

  it('keeps no more of a partition than it is told to', async () => {
    const { cluster, client } = await withTopic({ 'retention.bytes': '250' })
    for (let i = 0; i < 10; i++) await client.produce([`${i}`.repeat(40)])
    const { startOffset, endOffset, batches } = cluster.log('a', 0)
    expect(endOffset).toBe(10n)
    expect(startOffset).toBe(batches[0]!.baseOffset)
    expect(startOffset).toBeGreaterThan(5n)
    expect(batches.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThan(400)
  })
})

describe('idempotence', () => {
  const by = (baseSequence: number, producerEpoch = 0, producerId = 7n) => ({ producerId, producerEpoch, baseSequence })

  it('writes what is sent twice once, and tells where it is', async () => {
    const { cluster, client } = await withTopic()
    await client.produce(['a', 'b'], by(0))
    await client.produce(['c'], by(2))
    expect(await client.produce(['a', 'b'], by(0))).toMatchObject({ errorCode: 0, baseOffset: 0n })
    expect(await client.produce(['c'], by(2))).toMatchObject({ errorCode: 0, baseOffset: 2n })
    expect(valuesIn(cluster)).toEqual(['a', 'b', 'c'])
  })

  it('remembers five batches of a producer', async () => {
    const { client } = await withTopic()
    for (let i = 0; i < 6; i++) await client.produce([`${i}`], by(i))
    expect(await client.produce(['1'], by(1))).toMatchObject({ errorCode: 0, baseOffset: 1n })
    expect(await client.produce(['0'], by(0))).toMatchObject({ errorCode: errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER })
  })

  it('refuses a batch when one before it is missing, of this producer only', async () => {
    const { cluster, client } = await withTopic()
    await client.produce(['a'], by(0))
    expect(await client.produce(['c'], by(2))).toMatchObject({ errorCode: errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER })
    expect(await client.produce(['z'], by(0, 0, 8n))).toMatchObject({ errorCode: 0 })
    expect(await client.produce(['b'], by(1))).toMatchObject({ errorCode: 0 })
    expect(valuesIn(cluster)).toEqual(['a', 'z', 'b'])
  })

  it('takes any sequence of a producer that it does not know, and goes on after the largest with 0', async () => {
    const { client } = await withTopic()
    expect(await client.produce(['a', 'b'], by(2 ** 31 - 2))).toMatchObject({ errorCode: 0 })
    expect(await client.produce(['c'], by(1))).toMatchObject({ errorCode: errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER })
    expect(await client.produce(['c'], by(0))).toMatchObject({ errorCode: 0, baseOffset: 2n })
  })

  it('wraps inside a batch', async () => {
    const { client } = await withTopic()
    await client.produce(['a', 'b', 'c'], by(2 ** 31 - 1))
    expect(await client.produce(['a', 'b', 'c'], by(2 ** 31 - 1))).toMatchObject({ errorCode: 0, baseOffset: 0n })
    expect(await client.produce(['d'], by(2))).toMatchObject({ errorCode: 0, baseOffset: 3n })
  })

  it('begins with 0 in a new epoch, and refuses an older one', async () => {
    const { client } = await withTopic()
    await client.produce(['a'], by(0))
    expect(await client.produce(['b'], by(1, 1))).toMatchObject({ errorCode: errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER })
    expect(await client.produce(['b'], by(0, 1))).toMatchObject({ errorCode: 0 })
    expect(await client.produce(['c'], by(1, 0))).toMatchObject({ errorCode: errorCodes.INVALID_PRODUCER_EPOCH })
  })
})
