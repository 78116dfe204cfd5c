import { describe, expect, it, onTestFinished } from 'vitest'
import { ClosedError, Kafka } from '../../../src/index.ts'
import { type Leaders, startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { Peer } from '../../support/peer.ts'
import { cluster, topic } from '../cluster/support.ts'
import { batch, nextFetch, settled, thrownBy } from './support.ts'

const leaders: Leaders = { t: [1, 1, 1], a: [1] }

describe('a consumer', () => {
  it('tells what topics there are, and what partitions', async () => {
    const { kafka } = await startPeers({ leaders })
    const consumer = kafka.consumer()
    expect(await consumer.topics()).toEqual(['a', 't'])
    expect(await consumer.partitions('t')).toEqual([0, 1, 2])
    const error = await failure(consumer.partitions('nope'))
    expect(error.message).toMatch(
      /^topic "nope" \(asking creates no topic, whatever metadata.allowAutoTopicCreation says\): UNKNOWN_TOPIC_OR_PARTITION/,
    )
    expect((await failure(consumer.partitions('no/pe'))).message).toContain('is not a topic name')
  })

  it('creates no topic by asking for it', async () => {
    const asked: unknown[] = []
    const peer: Peer = await Peer.start({
      script: {
        Metadata(request) {
          const { topics, allowAutoTopicCreation } = request.body('Metadata')
          asked.push([topics?.map(({ name }) => name) ?? null, allowAutoTopicCreation])
          return cluster([peer], topic('t'))
        },
      },
    })
    const kafka = new Kafka({ brokers: `127.0.0.1:${peer.address.port}` })
    onTestFinished(() => kafka.close())
    const consumer = kafka.consumer()
    await consumer.partitions('t')
    await consumer.topics()
    expect(asked).toEqual([
      [[], false],
      [['t'], false],
      [null, false],
    ])
  })

  it('drops the wait for that when the signal is aborted', async () => {
    const { kafka } = await startPeers({ leaders, script: { Metadata: () => undefined } })
    const controller = new AbortController()
    const asking = failure(kafka.consumer().topics({ signal: controller.signal }))
    controller.abort(new Error('enough'))
    expect((await asking).message).toBe('enough')
  })

  it('tells the high watermarks of what it reads, as far as it knows them', async () => {
    const { peers, kafka } = await startPeers({ leaders })
    const consumer = kafka.consumer()
    const readers = [0, 1, 2].map(i => consumer.consumePartition('t', i, { from: 0n }))
    expect(consumer.highWatermarks()).toEqual(new Map())
    const { answer } = await nextFetch(peers[0]!)
    answer({ 't-0': { records: batch(0, 1), highWatermark: 5n }, 't-2': { highWatermark: 7n } })
    while (consumer.highWatermarks().size === 0) await settled()
    expect(consumer.highWatermarks()).toEqual(
      new Map([
        [
          't',
          new Map([
            [0, 5n],
            [2, 7n],
          ]),
        ],
      ]),
    )
    expect([readers[0]!.highWatermark, readers[1]!.highWatermark]).toEqual([5n, undefined])
    expect([readers[0]!.lag, readers[1]!.lag, readers[2]!.lag]).toEqual([5n, undefined, 7n])
    await readers[0]!.close()
    expect([...consumer.highWatermarks().get('t')!.keys()]).toEqual([2])
  })

  it('that is closed can do nothing more', async () => {
    const { kafka } = await startPeers({ leaders })
    const consumer = kafka.consumer()
    const partition = consumer.consumePartition('t', 0, { from: 0n })
    await consumer.close()
    await consumer.close()
    expect(await partition.batches().next()).toEqual({ done: true, value: undefined })
    expect(thrownBy(() => consumer.consumePartition('t', 0))).toBeInstanceOf(ClosedError)
    expect(thrownBy(() => consumer.consume('t'))).toBeInstanceOf(ClosedError)
    expect(await failure(consumer.topics())).toBeInstanceOf(ClosedError)
    expect(await failure(consumer.partitions('t'))).toBeInstanceOf(ClosedError)
  })
})

describe('the position of a reader', () => {
  it('is after what was handed out, batch by batch or message by message, and stays there after the end', async () => {
    const { peers, kafka } = await startPeers({ leaders })
    const consumer = kafka.consumer()
    const [byBatch, byMessage] = [0, 1].map(i => consumer.consumePartition('t', i, { from: 2n }))
    expect(byBatch!.position).toBeUndefined()
    const { answer } = await nextFetch(peers[0]!)
    expect(byBatch!.position).toBe(2n)
    answer({ 't-0': { records: batch(2, 3) }, 't-1': { records: batch(0, 5) } })
    await byBatch!.batches().next()
    expect(byBatch!.position).toBe(5n)
    for await (const { offset } of byMessage!) {
      expect(byMessage!.position).toBe(offset + 1n)
      if (offset === 3n) break
    }
    expect(byMessage!.position).toBe(4n)
    await byBatch!.close()
    expect(byBatch!.position).toBe(5n)
  })
})
