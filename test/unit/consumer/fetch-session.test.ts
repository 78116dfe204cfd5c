import { describe, expect, it } from 'vitest'
import { FetchSession, nextEpoch, type Wanted } from '../../../src/consumer/fetch-session.ts'
import { ZERO_UUID } from '../../../src/protocol/schema.ts'

const FETCH_SESSION_ID_NOT_FOUND = 70
const INVALID_FETCH_SESSION_EPOCH = 71
const FETCH_SESSION_TOPIC_ID_ERROR = 106
const NOT_LEADER_OR_FOLLOWER = 6

/** The last with names, and one with ids. */
const [NAMES, IDS] = [12, 18]

type Change = Partial<Omit<Wanted, 'name' | 'idKey'>>

/** What is wanted of a partition, such as `a-0`. */
function wanted(name: string, change: Change = {}): Wanted {
  const [, topic, partition] = /^(.*)-(\d+)$/.exec(name)!
  const topicId = change.topicId ?? `id of ${topic}`
  return {
    topic: topic!,
    partition: Number(partition),
    name,
    fetchOffset: 0n,
    lastFetchedEpoch: -1,
    leaderEpoch: 3,
    roomBytes: 1000,
    ...change,
    topicId,
    idKey: `${topicId}-${partition}`,
  }
}

/** A session that has asked for partitions once, and was given the id 77. */
function open(names: readonly string[], version = IDS) {
  const session = new FetchSession<Wanted>()
  session.request(
    names.map(name => wanted(name)),
    version,
  )
  session.onAnswer(77)
  return session
}

/** The partitions that a request tells of, and those that it forgets. */
function told(request: ReturnType<FetchSession<Wanted>['request']>) {
  return {
    epoch: request.sessionEpoch,
    id: request.sessionId,
    asks: request.topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => `${topic}-${partition}`)),
    forgets: request.forgottenTopicsData.flatMap(({ topic, partitions }) => partitions.map(each => `${topic}-${each}`)),
  }
}

describe('a fetch session', () => {
  it('begins with a full fetch, which tells all there is to tell', () => {
    const session = new FetchSession<Wanted>()
    expect(session.isFull).toBe(true)
    const all = [wanted('a-0', { fetchOffset: 7n, lastFetchedEpoch: 2 }), wanted('b-4'), wanted('a-1')]
    const defaults = { currentLeaderEpoch: 3, fetchOffset: 0n, lastFetchedEpoch: -1, partitionMaxBytes: 1000 }
    expect(session.request(all, IDS)).toEqual({
      sessionId: 0,
      sessionEpoch: 0,
      topics: [
        {
          topic: 'a',
          topicId: 'id of a',
          partitions: [
            { ...defaults, partition: 0, fetchOffset: 7n, lastFetchedEpoch: 2 },
            { ...defaults, partition: 1 },
          ],
        },
        { topic: 'b', topicId: 'id of b', partitions: [{ ...defaults, partition: 4 }] },
      ],
      forgottenTopicsData: [],
    })
    expect(session.isFull).toBe(true)
    session.onAnswer(77)
    expect(session.isFull).toBe(false)
  })

  it('goes on with what is different', () => {
    const session = open(['a-0', 'a-1', 'b-0'])
    const next = (...all: Wanted[]) => {
      const said = told(session.request(all, IDS))
      session.onAnswer(77)
      return said
    }
    const [a0, a1, b0] = ['a-0', 'a-1', 'b-0'].map(name => wanted(name)) as [Wanted, Wanted, Wanted]
    expect(next(a0, a1, b0)).toEqual({ id: 77, epoch: 1, asks: [], forgets: [] })
    expect(next(a0, wanted('a-1', { fetchOffset: 5n }), b0)).toEqual({ id: 77, epoch: 2, asks: ['a-1'], forgets: [] })
    expect(next(a0, b0)).toEqual({ id: 77, epoch: 3, asks: [], forgets: ['a-1'] })
    expect(next(b0, a1, wanted('c-9'))).toEqual({ id: 77, epoch: 4, asks: ['a-1', 'c-9'], forgets: ['a-0'] })
    expect(next(b0)).toEqual({ id: 77, epoch: 5, asks: [], forgets: ['a-1', 'c-9'] })
  })

  it.each<Change>([{ fetchOffset: 1n }, { lastFetchedEpoch: 2 }, { leaderEpoch: 4 }, { roomBytes: 999 }])(
    'tells of a partition again with %o',
    change => {
      const session = open(['a-0', 'a-1'])
      const all = [wanted('a-0', change), wanted('a-1')]
      expect(told(session.request(all, IDS)).asks).toEqual(['a-0'])
      session.onAnswer(77)
      expect(told(session.request(all, IDS)).asks).toEqual([])
    },
  )

  it('forgets a topic that was made anew, and asks for the new one', () => {
    const session = open(['a-0', 'b-0'])
    const request = session.request([wanted('a-0', { topicId: 'new id' }), wanted('b-0')], IDS)
    expect(request.topics).toMatchObject([{ topic: 'a', topicId: 'new id', partitions: [{ partition: 0 }] }])
    expect(request.forgottenTopicsData).toEqual([{ topic: 'a', topicId: 'id of a', partitions: [0] }])
  })

  it('asks for both topics of a name while one is replaced by the other', () => {
    const session = new FetchSession<Wanted>()
    const { topics } = session.request([wanted('a-0', { topicId: 'old' }), wanted('a-1', { topicId: 'new' })], IDS)
    expect(topics.map(({ topicId, partitions }) => [topicId, partitions.length])).toEqual([
      ['old', 1],
      ['new', 1],
    ])
  })

  it('does not mind a new id where topics go by their names', () => {
    const session = open(['a-0'], NAMES)
    expect(told(session.request([wanted('a-0', { topicId: 'new id' })], NAMES))).toMatchObject({
      asks: [],
      forgets: [],
    })
  })

  it('begins anew when topics go by their ids from now on', () => {
    const session = open(['a-0', 'a-1'], NAMES)
    const both = [wanted('a-0'), wanted('a-1')]
    expect(told(session.request(both, IDS))).toEqual({ id: 77, epoch: 0, asks: ['a-0', 'a-1'], forgets: [] })
    session.onAnswer(78)
    expect(told(session.request(both, IDS))).toEqual({ id: 78, epoch: 1, asks: [], forgets: [] })
  })

  it('counts its epochs from 1 again after the last', () => {
    expect([0, 1, 2 ** 31 - 2, 2 ** 31 - 1].map(nextEpoch)).toEqual([1, 2, 2 ** 31 - 1, 1])
  })

  it('is none with a broker that gives out no session: each fetch is full', () => {
    const session = new FetchSession<Wanted>()
    for (let i = 0; i < 3; i++) {
      expect(told(session.request([wanted('a-0')], IDS))).toEqual({ id: 0, epoch: 0, asks: ['a-0'], forgets: [] })
      session.onAnswer(0)
    }
  })

  it('is none with a broker that knows of none', () => {
    const session = new FetchSession<Wanted>()
    for (let i = 0; i < 2; i++) {
      expect(told(session.request([wanted('a-0')], 6))).toEqual({ id: 0, epoch: -1, asks: ['a-0'], forgets: [] })
      session.onAnswer(0)
    }
  })

  it('is begun anew when the broker ends it', () => {
    const session = open(['a-0'])
    session.request([wanted('a-0')], IDS)
    session.onAnswer(0)
    expect(told(session.request([wanted('a-0')], IDS))).toEqual({ id: 0, epoch: 0, asks: ['a-0'], forgets: [] })
  })

  it.each([
    [FETCH_SESSION_ID_NOT_FOUND, 0],
    [INVALID_FETCH_SESSION_EPOCH, 77],
    [FETCH_SESSION_TOPIC_ID_ERROR, 77],
  ])('is begun anew after error %i, once', (errorCode, id) => {
    const session = open(['a-0'])
    session.request([wanted('a-0')], IDS)
    expect(session.onError(errorCode)).toBe(true)
    expect(told(session.request([wanted('a-0')], IDS))).toEqual({ id, epoch: 0, asks: ['a-0'], forgets: [] })
    // That the broker does not want a full fetch either is another matter.
    expect(session.onError(errorCode)).toBe(false)
  })

  it('does not take errors of other kinds for its own', () => {
    expect(open(['a-0']).onError(NOT_LEADER_OR_FOLLOWER)).toBe(false)
  })

  it('that fails is replaced by another one, in a full fetch', () => {
    const session = open(['a-0'])
    session.request([wanted('a-0', { fetchOffset: 5n })], IDS)
    session.restart()
    expect(told(session.request([wanted('a-0'), wanted('a-1')], IDS))).toEqual({
      id: 77,
      epoch: 0,
      asks: ['a-0', 'a-1'],
      forgets: [],
    })
  })

  it('knows what it asked for, by name or by id', () => {
    for (const version of [NAMES, IDS]) {
      const session = open(['a-0'], version)
      const later = wanted('a-0', { fetchOffset: 9n })
      session.request([later], version)
      const [name, id] = version === IDS ? ['', 'id of a'] : ['a', ZERO_UUID]
      expect(session.asked(name, id, 0)).toMatchObject({ wanted: later, fetchOffset: 9n })
      expect(session.asked(name, id, 1)).toBeUndefined()
    }
  })

  it('ends with an epoch that says so, where there was one', () => {
    const session = open(['a-0'])
    expect(session.end()).toEqual({ sessionId: 77, sessionEpoch: -1 })
    expect(session.end()).toBeUndefined()
    expect(told(session.request([wanted('a-0')], IDS))).toMatchObject({ id: 0, epoch: 0 })
  })

  it('tells what was read last only from version 12 on', () => {
    for (const [version, lastFetchedEpoch] of [
      [11, -1],
      [12, 4],
    ] as const) {
      const request = new FetchSession<Wanted>().request([wanted('a-0', { lastFetchedEpoch: 4 })], version)
      expect(request.topics[0]?.partitions[0]).toMatchObject({ lastFetchedEpoch })
    }
  })
})
