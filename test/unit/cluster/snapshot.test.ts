import { describe, expect, it } from 'vitest'
import {
  type BrokerNode,
  emptySnapshot,
  type LeaderHint,
  nextSnapshot,
  type Snapshot,
  withLeaders,
} from '../../../src/cluster/snapshot.ts'
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

describe('leaders that a broker tells of beside its error', () => {
  const [one, two] = [1, 2].map(nodeId => ({ nodeId, host: `b${nodeId}`, port: 9092, rack: null })) as [
    BrokerNode,
    BrokerNode,
  ]
  const view = (leaderEpoch = 5) => viewAfter({ brokers: [one], topics: [topic('a', { leaderEpoch }), topic('b')] })
  const hint = (facts: Partial<LeaderHint>) => ({ topic: 'a', partition: 0, leaderId: 2, leaderEpoch: 6, ...facts })

  it('replace those of older epochs, and bring their addresses', () => {
    const before = view()
    const after = withLeaders(before, [hint({})], [two])
    const { leader, leaderEpoch } = after.topics.get('a')!.partitions[0]!
    expect([leader, leaderEpoch, after.brokers.get(2)]).toEqual([2, 6, two])
    // What they do not speak of stays as it is, in the view before them too.
    expect([after.brokers.get(1), after.topics.get('b')]).toEqual([one, before.topics.get('b')])
    expect([before.topics.get('a')!.partitions[0]!.leader, before.brokers.size]).toEqual([1, 1])
  })

  it('end the error of a partition that had none', () => {
    const headless = topic('a', { leader: -1, leaderEpoch: 5 })
    const partitions = headless.partitions.map(partition => ({ ...partition, errorCode: 5 }))
    const after = withLeaders(viewAfter({ brokers: [one], topics: [{ ...headless, partitions }] }), [hint({})], [two])
    expect(after.topics.get('a')!.partitions[0]).toMatchObject({ leader: 2, errorCode: 0, replicas: [1] })
  })

  it('are taken without an address where that is known, and with a newer one where it has changed', () => {
    const moved = { ...one, host: 'elsewhere' }
    expect(withLeaders(view(), [hint({ leaderId: 1 })], []).brokers.get(1)).toEqual(one)
    expect(withLeaders(view(), [hint({ leaderId: 1 })], [moved]).brokers.get(1)).toEqual(moved)
  })

  it.each([
    ['of the epoch that is known', { leaderEpoch: 5 }],
    ['of an older epoch', { leaderEpoch: 4 }],
    ['that are none', { leaderId: -1, leaderEpoch: -1 }],
    ['whose address nobody knows', { leaderId: 3 }],
    ['of a topic that is not known', { topic: 'c' }],
    ['of a partition that is not known', { partition: 1 }],
    ['of a partition that cannot be', { partition: -1 }],
  ])('are no news: %s', (_, facts) => {
    const before = view()
    expect(withLeaders(before, [hint(facts)], [two])).toBe(before)
  })

  it('are taken by epoch, whatever their order', () => {
    const hints = [hint({ leaderEpoch: 8 }), hint({ leaderId: 1, leaderEpoch: 7 })]
    expect(withLeaders(view(), hints, [two]).topics.get('a')!.partitions[0]).toMatchObject({
      leader: 2,
      leaderEpoch: 8,
    })
  })
})
