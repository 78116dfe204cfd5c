import { describe, expect, it } from 'vitest'
import { ConfigurationError, type OffsetTime } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'

const NOT_LEADER_OR_FOLLOWER = 6

/** A cluster whose logs have, at each time, that offset plus the partition's number. */
async function cluster(offsets: Record<string, bigint>, failures = 0) {
  const requests: string[][] = []
  const { kafka } = await startPeers({
    leaders: { t: [1, 1, 2] },
    count: 2,
    config: { metadata: { retry: { backoff: () => 0 } } },
    script: {
      ListOffsets(asked) {
        const { isolationLevel, topics } = asked.body('ListOffsets')
        expect(isolationLevel).toBe(0)
        const errorCode = failures-- > 0 ? NOT_LEADER_OR_FOLLOWER : 0
        requests.push(topics.flatMap(each => each.partitions.map(p => `${p.partitionIndex}@${p.timestamp}`)))
        return {
          topics: topics.map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(({ partitionIndex, timestamp }) => {
              const offset = offsets[String(timestamp)] ?? -1n
              return { partitionIndex, errorCode, offset: offset < 0n ? offset : offset + BigInt(partitionIndex) }
            }),
          })),
        }
      },
    },
  })
  return { client: kafka.client, requests, kafka }
}

describe('kafka.client.getOffset', () => {
  it.each<[OffsetTime, bigint]>([
    ['oldest', 101n],
    ['newest', 201n],
    [new Date(1000), 151n],
    // No message is that young.
    [new Date(2000), 201n],
  ])('asks the leader of the partition: %s', async (from, offset) => {
    const { client } = await cluster({ '-2': 100n, '-1': 200n, '1000': 150n })
    expect(await client.getOffset('t', 1, from)).toBe(offset)
  })

  it('asks together what is asked at once, and nothing twice in a request', async () => {
    const { client, requests } = await cluster({ '-2': 100n, '-1': 200n })
    await client.getOffset('t', 0, 'oldest')
    requests.length = 0
    const asked = [0, 1, 2].flatMap(i => [client.getOffset('t', i, 'oldest'), client.getOffset('t', i, 'newest')])
    expect(await Promise.all(asked)).toEqual([100n, 200n, 101n, 201n, 102n, 202n])
    expect(requests.map(each => each.sort()).sort()).toEqual([['0@-1', '1@-1'], ['0@-2', '1@-2'], ['2@-1'], ['2@-2']])
  })

  it('tries again what may heal', async () => {
    const { client, requests } = await cluster({ '-2': 100n }, 2)
    expect(await client.getOffset('t', 0, 'oldest')).toBe(100n)
    expect(requests).toHaveLength(3)
  })

  it('fails with the error of the broker where it does not', async () => {
    const { client } = await cluster({})
    expect((await failure(client.getOffset('nope', 0, 'oldest'))).message).toMatch(
      /^nope-0 \(asking creates no topic, whatever metadata.allowAutoTopicCreation says\): UNKNOWN_TOPIC_OR_PARTITION/,
    )
    expect((await failure(client.getOffset('t', 9, 'oldest'))).message).toMatch(/t-9: UNKNOWN_TOPIC_OR_PARTITION/)
  })

  it('refuses what cannot be, all of it at once', async () => {
    const { client } = await cluster({})
    const error = await failure(client.getOffset('', -1, 5n as never))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).problems.map(({ option }) => option)).toEqual(['topic', 'partition', 'from'])
  })

  it('drops the wait when its signal is aborted', async () => {
    const { client } = await cluster({})
    const signal = AbortSignal.abort(new Error('enough'))
    expect((await failure(client.getOffset('t', 0, 'oldest', { signal }))).message).toBe('enough')
  })

  it('ends with its Kafka', async () => {
    const { client, kafka } = await cluster({})
    await kafka.close()
    expect(await failure(client.getOffset('t', 0, 'oldest'))).toMatchObject({ code: 'CLOSED' })
  })
})
