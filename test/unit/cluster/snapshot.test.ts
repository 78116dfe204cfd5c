import { describe, expect, it } from 'vitest'
import { emptySnapshot, nextSnapshot, type Snapshot } from '../../../src/cluster/snapshot.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeResponse, encodeResponse } from '../../../src/protocol/codec.ts'
import { ZERO_UUID } from '../../../src/protocol/schema.ts'
import { cluster, type MetadataAnswer, topic } from './support.ts'

const OTHER_ID = 'AAECAwQFBgcICQoLDA0ODw'

/** The view after these answers, one after the other. */
function viewAfter(...answers: readonly MetadataAnswer[]): Snapshot {
  return answers.reduce<Snapshot>((snapshot, answer) => {
    const decoded = decodeResponse(apis.Metadata, 12, encodeResponse(apis.Metadata, 12, answer))
    return nextSnapshot(snapshot, decoded, false)
  }, emptySnapshot)
}

function leaderAfter(...answers: readonly MetadataAnswer[]) {
  const { leader, leaderEpoch } = viewAfter(...answers).topics.get('a')!.partitions[0]!
  return { leader, leaderEpoch }
}

describe('a snapshot', () => {
  it('has what the broker told', () => {
    const brokers = [{ nodeId: 7, host: 'b', port: 1, rack: 'r' }]
    const snapshot = viewAfter({ brokers, clusterId: 'c', controllerId: 7, topics: [topic('a', { leader: 7 })] })
    expect(snapshot).toMatchObject({ clusterId: 'c', controllerId: 7 })
    expect([...snapshot.brokers]).toEqual([[7, brokers[0]]])
    expect(snapshot.topics.get('a')).toEqual({
      name: 'a',
      topicId: ZERO_UUID,
      isInternal: false,
      partitions: [
        { partition: 0, leader: 7, leaderEpoch: 0, errorCode: 0, replicas: [1], isr: [1], offlineReplicas: [] },
      ],
    })
  })

  it('has the partitions in the order of their numbers', () => {
    const [partition] = topic('a').partitions
    const partitions = [2, 0, 1].map(partitionIndex => ({ ...partition!, partitionIndex }))
    const { partitions: sorted } = viewAfter(cluster([], { ...topic('a'), partitions })).topics.get('a')!
    expect(sorted.map(({ partition }) => partition)).toEqual([0, 1, 2])
  })

  it('keeps the topics that an answer leaves out, but not the brokers', () => {
    const broker = { nodeId: 1, host: 'b', port: 1 }
    const snapshot = viewAfter({ brokers: [broker], topics: [topic('a')] }, { brokers: [], topics: [topic('b')] })
    expect([...snapshot.topics.keys()]).toEqual(['a', 'b'])
    expect(snapshot.brokers.size).toBe(0)
  })

  it('forgets a topic that has an error, until it is back', () => {
    const gone = viewAfter(cluster([], topic('a')), cluster([], topic('a', { errorCode: 3 })))
    expect([gone.topics.has('a'), gone.topicErrors.get('a')]).toEqual([false, 3])
    const back = viewAfter(cluster([], topic('a', { errorCode: 3 })), cluster([], topic('a')))
    expect([back.topics.has('a'), back.topicErrors.has('a')]).toEqual([true, false])
  })

  it('has only what an answer about all topics has', () => {
    const first = viewAfter(cluster([], topic('a'), topic('b')))
    const answer = encodeResponse(apis.Metadata, 12, cluster([], topic('b')))
    const next = nextSnapshot(first, decodeResponse(apis.Metadata, 12, answer), true)
    expect([...next.topics.keys()]).toEqual(['b'])
  })

  it('is never changed by the next', () => {
    const first = viewAfter(cluster([], topic('a')))
    const decoded = decodeResponse(
      apis.Metadata,
      12,
      encodeResponse(apis.Metadata, 12, cluster([], topic('a', { errorCode: 3 }))),
    )
    nextSnapshot(first, decoded, false)
    expect([first.topics.has('a'), first.topicErrors.has('a')]).toEqual([true, false])
  })

  it.each([
    ['a newer epoch', { leader: 2, leaderEpoch: 6 }, { leader: 2, leaderEpoch: 6 }],
    ['the same epoch', { leader: -1, leaderEpoch: 5 }, { leader: -1, leaderEpoch: 5 }],
    ['an older epoch, from a broker that lags behind', { leader: 2, leaderEpoch: 4 }, { leader: 1, leaderEpoch: 5 }],
    ['no epoch', { leader: 2, leaderEpoch: -1 }, { leader: 2, leaderEpoch: -1 }],
    [
      'an older epoch of a topic that was made anew',
      { topicId: OTHER_ID, leader: 2, leaderEpoch: 0 },
      { leader: 2, leaderEpoch: 0 },
    ],
  ])('of a leader takes the newest: %s', (_, told, expected) => {
    const before = cluster([], topic('a', { leader: 1, leaderEpoch: 5 }))
    expect(leaderAfter(before, cluster([], topic('a', told)))).toEqual(expected)
  })
})
