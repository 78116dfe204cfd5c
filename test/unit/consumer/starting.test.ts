import { describe, expect, it } from 'vitest'
import { BrokerError, ConfigurationError, type StartOffset } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextFetch } from './support.ts'

describe('a partition beyond those that are known', () => {
  it('is read where a fresh look finds it', async () => {
    const leaders = { t: [1] }
    const { peers, kafka } = await startPeers({ leaders })
    const consumer = kafka.consumer()
    consumer.consumePartition('t', 0, { from: 0n })
    expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-0': 0n })
    leaders.t = [1, 1]
    kafka.consumer().consumePartition('t', 1, { from: 5n })
    expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-1': 5n })
  })

  it('is an error where one fresh look does not find it', async () => {
    let looks = 0
    const leaders = {
      get t() {
        looks++
        return [1, 1]
      },
    }
    const { peers, kafka } = await startPeers({ leaders })
    const consumer = kafka.consumer()
    consumer.consumePartition('t', 0, { from: 0n })
    await nextFetch(peers[0]!)
    expect(looks).toBe(1)
    const error = await failure(consumer.consumePartition('t', 2, { from: 0n }).batches().next())
    expect(error).toBeInstanceOf(BrokerError)
    expect(error.message).toMatch(/^t-2: topic "t" has only partitions 0 to 1: UNKNOWN_TOPIC_OR_PARTITION/)
    expect(looks).toBe(2)
  })

  it('is refused without a word that contradicts another', async () => {
    const { kafka } = await startPeers({ leaders: { t: [1] } })
    const { message } = await failure(kafka.consumer().consumePartition('t', 1, { from: 0n }).batches().next())
    expect(message).toMatch(/^t-1: topic "t" has only partition 0: .*: there is no such topic or partition, as far as/)
  })
})

describe('a start before 1970', () => {
  it.each([-1, -2, -86_400_000])('is the beginning of time, not one of the ends of the log: %i', async ms => {
    const times: bigint[] = []
    const { peers, kafka } = await startPeers({
      leaders: { t: [1] },
      script: {
        ListOffsets(asked) {
          times.push(asked.body('ListOffsets').topics[0]!.partitions[0]!.timestamp)
          return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 3n }] }] }
        },
      },
    })
    kafka.consumer().consumePartition('t', 0, { from: new Date(ms) })
    expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-0': 3n })
    expect(times).toEqual([0n])
  })
})

describe('what cannot be read', () => {
  /** What `consumePartition` throws; it must not wait for the first message to say so. */
  async function refusal(topic: string, from: StartOffset): Promise<ConfigurationError> {
    const { kafka } = await startPeers({ leaders: { t: [1] } })
    const error = await failure(Promise.resolve().then(() => kafka.consumer().consumePartition(topic, 0, { from })))
    expect(error).toBeInstanceOf(ConfigurationError)
    return error as ConfigurationError
  }

  it.each(['', '.', '..', 'a b', 'ä', 'a/b', 'x'.repeat(250)])('is refused at once: topic "%s"', async topic => {
    const { problems } = await refusal(topic, 0n)
    expect(problems).toMatchObject([{ option: 'topic', problem: expect.stringContaining('is not a topic name') }])
  })

  it.each([-1n, 2n ** 63n, 2n ** 64n])('is refused at once: offset %s', async from => {
    const { problems } = await refusal('t', from)
    expect(problems).toMatchObject([{ option: 'from', problem: expect.stringContaining(`not ${from}`) }])
  })

  it('is not the last offset that there is', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    kafka.consumer().consumePartition('t', 0, { from: 2n ** 63n - 1n })
    expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-0': 2n ** 63n - 1n })
  })
})
