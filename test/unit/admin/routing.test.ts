import { describe, expect, it } from 'vitest'
import { KafkaError, ProtocolError, TimeoutError, UnsupportedVersionError } from '../../../src/index.ts'
import { ZERO_UUID } from '../../../src/protocol/schema.ts'
import { type PeersOptions, startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import type { Asked, Peer } from '../../support/peer.ts'

const OK = 0
const COORDINATOR_LOAD_IN_PROGRESS = 14
const NOT_COORDINATOR = 16
const NOT_LEADER_OR_FOLLOWER = 6
const NOT_CONTROLLER = 41
const NON_EMPTY_GROUP = 68

const admin = { retry: { max: 3, backoffMs: 1 } }

/** Peers that tell which of them was asked what. */
async function start({ config, ...options }: PeersOptions) {
  const started = await startPeers({ ...options, config: { admin, ...config } })
  const numberOf = (asked: Asked) => 1 + started.peers.findIndex(({ address }) => address.port === portOf(asked))
  return { ...started, admin: started.kafka.admin(), numberOf }
}

const portOf = (asked: Asked) => asked.socket.localPort

/** Finds the coordinator of a group by the digit in its name. */
function findCoordinator(peers: () => readonly Peer[]) {
  return (asked: Asked) => {
    const { coordinatorKeys, key } = asked.body('FindCoordinator')
    const found = (key: string) => {
      const nodeId = Number(/\d/.exec(key))
      return { key, nodeId, ...peers()[nodeId - 1]!.address, errorCode: OK, errorMessage: null }
    }
    return asked.version < 4 ? found(key) : { coordinators: coordinatorKeys.map(found) }
  }
}

describe('items of coordinators', () => {
  it('go to their brokers, together, and come back in their order', async () => {
    const asked: [number, string[]][] = []
    const { peers, admin, numberOf } = await start({
      leaders: {},
      count: 2,
      script: {
        FindCoordinator: asked => findCoordinator(() => peers)(asked),
        DeleteGroups: request => {
          const { groupsNames } = request.body('DeleteGroups')
          asked.push([numberOf(request), groupsNames])
          const errorCode = (groupId: string) => (groupId === 'full-2' ? NON_EMPTY_GROUP : OK)
          return {
            throttleTimeMs: 0,
            results: groupsNames.map(id => ({ groupId: id, errorCode: errorCode(id) })).reverse(),
          }
        },
      },
    })
    expect(await admin.deleteGroups(['a-2', 'b-1', 'full-2', 'c-1'])).toEqual([
      { groupId: 'a-2' },
      { groupId: 'b-1' },
      { groupId: 'full-2', error: expect.objectContaining({ code: 'NON_EMPTY_GROUP' }) },
      { groupId: 'c-1' },
    ])
    expect(asked.toSorted()).toEqual([
      [1, ['b-1', 'c-1']],
      [2, ['a-2', 'full-2']],
    ])
  })

  it('are asked for again alone where their coordinator has moved or is loading', async () => {
    const asked: string[][] = []
    const codes = [NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, OK]
    const { peers, admin } = await start({
      leaders: {},
      script: {
        FindCoordinator: asked => findCoordinator(() => peers)(asked),
        DeleteGroups: request => {
          const { groupsNames } = request.body('DeleteGroups')
          asked.push(groupsNames)
          const errorCode = codes[asked.length - 1]!
          return {
            throttleTimeMs: 0,
            results: groupsNames.map(groupId => ({ groupId, errorCode: groupId === 'moved-1' ? errorCode : OK })),
          }
        },
      },
    })
    expect(await admin.deleteGroups(['a-1', 'moved-1'])).toEqual([{ groupId: 'a-1' }, { groupId: 'moved-1' }])
    expect(asked).toEqual([['a-1', 'moved-1'], ['moved-1'], ['moved-1']])
  })

  it('fail with the last error when the tries are used up, and with none for what an answer leaves out', async () => {
    const { peers, admin } = await start({
      leaders: {},
      script: {
        FindCoordinator: asked => findCoordinator(() => peers)(asked),
        DeleteGroups: () => ({ throttleTimeMs: 0, results: [{ groupId: 'lost-1', errorCode: NOT_COORDINATOR }] }),
      },
    })
    const [lost, missing] = await admin.deleteGroups(['lost-1', 'missing-1'])
    expect(lost).toMatchObject({ groupId: 'lost-1', error: { code: 'NOT_COORDINATOR' } })
    expect(missing?.error?.message).toContain('deleting group "missing-1" on broker 1')
    expect(missing?.error?.message).toContain('which the answer leaves out')
  })

  it('go one by one to brokers that take one at a time', async () => {
    const asked: string[] = []
    const { peers, admin } = await start({
      leaders: {},
      offers: { FindCoordinator: { min: 0, max: 3 }, OffsetFetch: { min: 0, max: 7 } },
      script: {
        FindCoordinator: asked => findCoordinator(() => peers)(asked),
        OffsetFetch: request => {
          const { groupId } = request.body('OffsetFetch')
          asked.push(groupId)
          const partition = { partitionIndex: 0, committedOffset: 5n, metadata: '', errorCode: OK }
          return groupId === 'b-1'
            ? { topics: [], errorCode: NON_EMPTY_GROUP }
            : { topics: [{ name: 't', partitions: [partition] }], errorCode: OK }
        },
      },
    })
    expect(await admin.listGroupOffsets(['a-1', 'b-1'])).toEqual([
      { groupId: 'a-1', offsets: [{ topic: 't', partition: 0, offset: 5n, metadata: '' }] },
      { groupId: 'b-1', error: expect.objectContaining({ code: 'NON_EMPTY_GROUP' }) },
    ])
    expect(asked).toEqual(['a-1', 'b-1'])
  })
})

describe('items of leaders', () => {
  it('go to their brokers, and those that failed again, wherever their leader is then', async () => {
    const leaders = { orders: [1, 2, 1] }
    const asked: [number, number[]][] = []
    const { admin, numberOf } = await start({
      leaders,
      count: 2,
      script: {
        DeleteRecords: request => {
          const [topic] = request.body('DeleteRecords').topics
          asked.push([numberOf(request), topic!.partitions.map(({ partitionIndex }) => partitionIndex)])
          const partitions = topic!.partitions.map(({ partitionIndex, offset }) => {
            const hasMoved = partitionIndex === 2 && asked.length <= 2
            if (hasMoved) leaders.orders[2] = 2
            return {
              partitionIndex,
              lowWatermark: hasMoved ? -1n : offset,
              errorCode: hasMoved ? NOT_LEADER_OR_FOLLOWER : OK,
            }
          })
          return { throttleTimeMs: 0, topics: [{ name: 'orders', partitions }] }
        },
      },
    })
    const place = (partition: number) => ({ topic: 'orders', partition })
    const wanted = [0, 1, 2].map(partition => ({ ...place(partition), beforeOffset: BigInt(partition) }))
    expect(await admin.deleteRecords(wanted)).toEqual([
      { ...place(0), lowWatermark: 0n },
      { ...place(1), lowWatermark: 1n },
      { ...place(2), lowWatermark: 2n },
    ])
    expect(asked.slice(0, 2).toSorted()).toEqual([
      [1, [0, 2]],
      [2, [1]],
    ])
    expect(asked.slice(2)).toEqual([[2, [2]]])
  })

  it('fail alone where their broker does not answer', async () => {
    const { peers, admin } = await start({
      leaders: { orders: [1, 2] },
      count: 2,
      config: { net: { requestTimeoutMs: 100 } },
      script: {
        ListOffsets: asked =>
          asked.socket.localPort === peers[0]!.address.port
            ? { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode: OK, offset: 7n }] }] }
            : undefined,
      },
    })
    const places = [0, 1].map(partition => ({ topic: 'orders', partition, spec: 'latest' as const }))
    const [fine, late] = await admin.listOffsets(places, { timeoutMs: 1 })
    expect(fine).toMatchObject({ partition: 0, offset: 7n })
    expect(late?.error).toBeInstanceOf(TimeoutError)
    expect(late?.error?.message).toMatch(/^broker 2 \(127\.0\.0\.1:\d+\) did not answer ListOffsets v\d+ within/)
  })

  it('are refused alone where the broker would take them for something else', async () => {
    const { admin } = await start({
      leaders: { orders: [1, 1] },
      offers: { ListOffsets: { min: 0, max: 6 } },
      script: {
        ListOffsets: asked => {
          const [topic] = asked.body('ListOffsets').topics
          const partitions = topic!.partitions.map(({ partitionIndex, timestamp }) => {
            return { partitionIndex, timestamp: -1n, errorCode: OK, offset: timestamp === -1n ? 7n : 0n }
          })
          return { topics: [{ name: 'orders', partitions }] }
        },
      },
    })
    const place = (partition: number) => ({ topic: 'orders', partition })
    const [refused, fine] = await admin.listOffsets([
      { ...place(0), spec: 'max_timestamp' },
      { ...place(1), spec: 'latest' },
    ])
    expect(refused?.error).toBeInstanceOf(UnsupportedVersionError)
    expect(refused?.error?.message).toMatch(
      /broker 1 .* knows ListOffsets up to version 6; 'max_timestamp' needs version 7/,
    )
    expect(fine).toMatchObject({ ...place(1), offset: 7n })
  })
})

describe('items of the controller', () => {
  const created = (errorCode: number, name: string) => ({ name, errorCode, errorMessage: null })
  const topics = ['a', 'b'].map(name => ({ name }))

  it('are sent again where the broker is not the controller any more', async () => {
    let requests = 0
    const { admin } = await start({
      leaders: {},
      script: {
        CreateTopics: () => {
          const code = ++requests === 1 ? NOT_CONTROLLER : OK
          return { topics: topics.map(({ name }) => created(code, name)) }
        },
      },
    })
    expect(await admin.createTopics(topics)).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(requests).toBe(2)
  })

  it('are not sent again where some of them were dealt with', async () => {
    let requests = 0
    const { admin } = await start({
      leaders: {},
      script: {
        CreateTopics: () => {
          requests++
          return { topics: [created(OK, 'a'), created(NOT_CONTROLLER, 'b')] }
        },
      },
    })
    expect(await admin.createTopics(topics)).toMatchObject([
      { name: 'a' },
      { name: 'b', error: { code: 'NOT_CONTROLLER' } },
    ])
    expect(requests).toBe(1)
  })

  it('say so when the tries are used up', async () => {
    const { admin } = await start({
      leaders: {},
      script: { CreateTopics: () => ({ topics: topics.map(({ name }) => created(NOT_CONTROLLER, name)) }) },
    })
    const error = expect.objectContaining({ code: 'NOT_CONTROLLER' })
    expect(await admin.createTopics(topics)).toEqual(topics.map(({ name }) => ({ name, error })))
  })

  it('fail together, with the name of the broker, where it does not answer, which takes no longer than it may', async () => {
    const { admin } = await start({ leaders: {}, config: { net: { requestTimeoutMs: 100 } } })
    const error = await failure(admin.createTopics(topics, { timeoutMs: 1 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toMatch(/^broker 1 \(127\.0\.0\.1:\d+\) did not answer CreateTopics v\d+ within/)
  })

  it('end when the signal is aborted', async () => {
    const { admin, peers } = await start({ leaders: {} })
    const controller = new AbortController()
    const call = failure(admin.createTopics(topics, { signal: controller.signal }))
    await peers[0]!.next()
    controller.abort(new Error('given up'))
    expect((await call).message).toBe('given up')
  })
})

describe('what all brokers know', () => {
  const listing = (groupId: string) => ({
    groupId,
    protocolType: 'consumer',
    groupState: 'Stable',
    groupType: 'classic',
  })

  it('is asked of each of them and put together', async () => {
    const { admin, numberOf } = await start({
      leaders: {},
      count: 3,
      script: { ListGroups: asked => ({ errorCode: OK, groups: [listing(`group-of-${numberOf(asked)}`)] }) },
    })
    const groups = await admin.listGroups()
    expect(groups.map(({ groupId, coordinator }) => [groupId, coordinator])).toEqual([
      ['group-of-1', 1],
      ['group-of-2', 2],
      ['group-of-3', 3],
    ])
  })

  it('is not known where one of them cannot say, whose name the error has', async () => {
    const { admin, numberOf } = await start({
      leaders: {},
      count: 2,
      script: {
        ListGroups: asked => ({ errorCode: numberOf(asked) === 2 ? COORDINATOR_LOAD_IN_PROGRESS : OK, groups: [] }),
      },
    })
    const error = await failure(admin.listGroups())
    expect(error).toMatchObject({ code: 'COORDINATOR_LOAD_IN_PROGRESS' })
    expect(error.message).toContain('listing the groups of broker 2')
  })
})

describe('describeTopics', () => {
  const partition = (partitionIndex: number) => {
    return { errorCode: OK, partitionIndex, leaderId: 1, replicaNodes: [1], isrNodes: [1], offlineReplicas: [] }
  }

  it('asks page after page', async () => {
    const cursors: unknown[] = []
    const { admin } = await start({
      leaders: {},
      script: {
        DescribeTopicPartitions: asked => {
          const { cursor } = asked.body('DescribeTopicPartitions')
          cursors.push(cursor)
          const from = cursor?.partitionIndex ?? 0
          const partitions = [partition(from), partition(from + 1)]
          const nextCursor = from < 4 ? { topicName: 'large', partitionIndex: from + 2 } : null
          return {
            throttleTimeMs: 0,
            topics: [{ errorCode: OK, name: 'large', topicId: ZERO_UUID, partitions }],
            nextCursor,
          }
        },
      },
    })
    const [large] = await admin.describeTopics(['large'])
    expect(large?.partitions?.map(({ partition }) => partition)).toEqual([0, 1, 2, 3, 4, 5])
    expect(cursors).toHaveLength(3)
  })

  it('does not go round in circles with a broker that does', async () => {
    const { admin } = await start({
      leaders: {},
      script: {
        DescribeTopicPartitions: () => ({
          throttleTimeMs: 0,
          topics: [{ errorCode: OK, name: 'large', topicId: ZERO_UUID, partitions: [partition(0)] }],
          nextCursor: { topicName: 'large', partitionIndex: 1 },
        }),
      },
    })
    const error = await failure(admin.describeTopics(['large']))
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toContain('large-1')
  })

  it('asks older brokers for their metadata', async () => {
    const { admin } = await start({
      leaders: { orders: [1] },
      offers: { DescribeTopicPartitions: { min: 5, max: 5 } },
    })
    const [orders, unknown] = await admin.describeTopics(['orders', 'unknown'])
    expect(orders?.partitions).toEqual([
      { partition: 0, leader: 1, leaderEpoch: 0, replicas: [1], isr: [1], offlineReplicas: [] },
    ])
    expect(unknown?.error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })
})

it('an admin that is closed, or whose Kafka is, says so', async () => {
  const { admin, kafka } = await start({ leaders: {} })
  await admin.close()
  expect((await failure(admin.listTopics())).message).toBe('the admin is closed')
  const other = kafka.admin()
  await kafka.close()
  expect(await failure(other.listTopics())).toBeInstanceOf(KafkaError)
})
