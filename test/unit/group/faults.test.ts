import { describe, expect, it, onTestFinished } from 'vitest'
import { cooperativeSticky } from '../../../src/group/assignors/cooperative-sticky.ts'
import { range } from '../../../src/group/assignors/range.ts'
import type { GroupSession } from '../../../src/group/types.ts'
import { type ErrorEvent, Kafka, type Message } from '../../../src/index.ts'
import type { MockCluster } from '../../../src/testing.ts'
import { startCluster } from '../testing/support.ts'
import { committed, gate, newGroup, reader, topics, Until, write } from './support.ts'

const never = { offsets: { autoCommit: { intervalMs: 60_000 } } }

/** A log that ends at 2, of which a group has read and committed 5. */
async function readAndTruncate(cluster: MockCluster): Promise<void> {
  // Batches are lost whole.
  write(cluster, 0, 'a', 'b')
  write(cluster, 0, 'c', 'd', 'e')
  const { handler, has } = reader()
  const group = newGroup(cluster)
  group.consume(['t'], handler)
  await has(5)
  await group.close()
  expect(committed(cluster)).toEqual({ 't-0': 5n })
  cluster.truncate('t', 0, 2n)
}

describe('what is committed', () => {
  it('goes back with a log that has lost messages: else nothing would be committed before it is as long again', async () => {
    const cluster = await startCluster({ topics })
    await readAndTruncate(cluster)
    const { handler, read, has } = reader()
    const fetched = cluster.nextRequest('Fetch')
    const group = newGroup(cluster)
    group.consume(['t'], handler)
    await fetched
    // Committed 5, where the log ends at 2.
    await cluster.nextRequest('OffsetCommit')
    write(cluster, 0, 'x')
    await has(1)
    await group.close()
    expect(read).toEqual(['t-0 x'])
    expect(committed(cluster)).toEqual({ 't-0': 3n })
  })

  it.for([
    ['that tell it in the answer to a fetch', 18],
    ['that are asked for it', 11],
  ] as const)('goes back with a log that is as long again by now, on brokers %s', async ([, max]) => {
    const cluster = await startCluster({ topics: { t: {} } })
    cluster.advertise({ Fetch: { min: 4, max } })
    await readAndTruncate(cluster)
    write(cluster, 0, ...'vwxyz')
    const { handler, read, has } = reader()
    const group = newGroup(cluster)
    group.consume(['t'], handler)
    await has(5)
    await group.close()
    expect(read).toEqual([...'vwxyz'].map(value => `t-0 ${value}`))
    expect(committed(cluster)).toEqual({ 't-0': 7n })
  })

  it('is the end of the log where the reading of new messages begins, so that none is left out by who has it next', async () => {
    const cluster = await startCluster({ topics: { t: {} } })
    write(cluster, 0, 'old')
    const newest = { offsets: { initial: 'newest' as const } }
    const first = newGroup(cluster, newest)
    const fetched = cluster.nextRequest('Fetch')
    first.consume(['t'], reader().handler)
    await fetched
    await first.close()
    write(cluster, 0, 'meanwhile')
    const { handler, read, has } = reader()
    newGroup(cluster, newest).consume(['t'], handler)
    await has(1)
    expect(read).toEqual(['t-0 meanwhile'])
  })

  it('is nothing that somebody marks of a session that has ended', async () => {
    const cluster = await startCluster({ topics: { t: {} } })
    write(cluster, 0, 'a', 'b')
    const group = newGroup(cluster, {
      ...never,
      group: { sessionTimeoutMs: 100, rebalance: { timeoutMs: 100 } },
    })
    const until = new Until()
    const sessions: GroupSession[] = []
    const messages: Message[] = []
    const consuming = group.consume(['t'], {
      async consumeClaim(session, claim) {
        sessions.push(session)
        for await (const message of claim) {
          messages.push(message)
          until.changed()
        }
      },
    })
    await until.holds(() => messages.length === 2)
    cluster.fail('ILLEGAL_GENERATION', { api: 'Heartbeat', times: 1 })
    await until.holds(() => messages.length === 4)
    expect(sessions).toHaveLength(2)
    sessions[0]!.markMessage(messages[1]!)
    await sessions[1]!.commit()
    expect(committed(cluster)).toEqual({})
    sessions[1]!.markMessage(messages[2]!)
    await group.close()
    await consuming
    expect(committed(cluster)).toEqual({ 't-0': 1n })
  })
})

it('cleans up once, when everything is lost while a handler takes too long to give it up', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  const finish = gate()
  const lost = gate()
  const ended = gate()
  const first = reader({
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        first.until.changed()
        first.read.push(`${message.value}`)
        await finish.opened
        session.markMessage(message)
      }
    },
    cleanup(session) {
      first.story.push(`cleanup ${session.claims.length}`)
      ended.open()
    },
    onLost: () => {
      first.story.push('lost')
      lost.open()
    },
  })
  const soon = { group: { rebalance: { timeoutMs: 50 } } }
  newGroup(cluster, soon).consume(['t'], first.handler)
  await first.has(1)
  newGroup(cluster, soon).consume(['t'], reader().handler)
  await lost.opened
  finish.open()
  await ended.opened
  await first.until.holds(() => first.story.filter(line => line.startsWith('setup')).length === 2)
  expect(first.story.slice(0, 3)).toEqual(['setup t 0,1', 'lost', 'cleanup 1'])
  expect(first.story.filter(line => line.startsWith('cleanup'))).toHaveLength(1)
})

it('cleans up after it has set up, though everything is lost meanwhile', async () => {
  const cluster = await startCluster({ topics })
  const finish = gate()
  const lost = gate()
  const ended = gate()
  const story: string[] = []
  newGroup(cluster).consume(['t'], {
    async setup() {
      story.push('setup')
      await finish.opened
      story.push('set up')
    },
    consumeClaim: () => void story.push('claim'),
    cleanup: () => {
      story.push('cleanup')
      ended.open()
    },
    onLost: () => lost.open(),
  })
  await cluster.nextRequest('Heartbeat')
  cluster.fail('UNKNOWN_MEMBER_ID', { api: 'Heartbeat', times: 1 })
  await lost.opened
  finish.open()
  await ended.opened
  expect(story.slice(0, 3)).toEqual(['setup', 'set up', 'cleanup'])
})

it('waits for a coordinator that reads its log, and tells of it', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  cluster.fail('COORDINATOR_LOAD_IN_PROGRESS', { api: 'JoinGroup', times: 10 })
  const warnings: string[] = []
  const errors: ErrorEvent[] = []
  const logger = { debug() {}, info() {}, error() {}, warn: (message: string) => void warnings.push(message) }
  const kafka = new Kafka({ brokers: cluster.brokers, logger, hooks: { onError: event => void errors.push(event) } })
  onTestFinished(() => kafka.close())
  const { handler, has } = reader()
  const options = { retry: { backoff: () => 0 }, offsets: { initial: 'oldest' } } as const
  kafka.consumerGroup('billing', options).consume(['t'], handler)
  await has(1)
  // That it takes a moment in the beginning is nothing to warn of.
  expect(new Set(warnings)).toEqual(new Set(['a group cannot be joined yet']))
  expect(errors).toHaveLength(10)
  expect(errors[0]).toMatchObject({ willRetry: true, error: { code: 'COORDINATOR_LOAD_IN_PROGRESS' } })
})

it('rejects where a topic may not be read by anybody: to wait for it would be silence', async () => {
  const cluster = await startCluster({ topics })
  cluster.fail('TOPIC_AUTHORIZATION_FAILED', { api: 'Metadata', topic: 't' })
  const consuming = newGroup(cluster).consume(['t'], reader().handler)
  await expect(consuming).rejects.toThrow('topic "t": TOPIC_AUTHORIZATION_FAILED')
})

it('gives a partition up that waits for its turn, though another one is not finished', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  const options = { group: { rebalance: { strategies: [cooperativeSticky()] } } }
  const working = gate()
  const first = newGroup(cluster, options)
  const finish = gate()
  first.run(['t'], {
    concurrency: 1,
    async eachMessage() {
      working.open()
      await finish.opened
    },
  })
  await working.opened
  write(cluster, 1, 'b')
  const second = reader()
  newGroup(cluster, options).consume(['t'], second.handler)
  await second.has(1)
  expect(second.read).toEqual(['t-1 b'])
  finish.open()
})

it.for([
  ['eager', range()],
  ['cooperative', cooperativeSticky()],
] as const)('rebalances, %s, though a member does not know yet where it is to begin', async ([, strategy]) => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  write(cluster, 1, 'b')
  // As long as a transaction that has committed offsets is open.
  const open = cluster.fail('UNSTABLE_OFFSET_COMMIT', { api: 'OffsetFetch' })
  const options = { group: { rebalance: { strategies: [strategy] } } }
  const first = reader({ onLost: () => void first.story.push('lost') })
  const asked = cluster.nextRequest('OffsetFetch')
  newGroup(cluster, options).consume(['t'], first.handler)
  await asked
  const synced = new Set<string>()
  const second = reader()
  newGroup(cluster, options).consume(['t'], second.handler)
  while (synced.size < 2) synced.add((await cluster.nextRequest('SyncGroup')).body.memberId)
  await open.undo()
  await Promise.all([first.has(1), second.has(1)])
  expect([...first.read, ...second.read].sort()).toEqual(['t-0 a', 't-1 b'])
  expect(first.story).toEqual([expect.stringMatching(/^setup t [01]$/)])
})

it('hands messages to each of those who ask at the same time', async () => {
  const cluster = await startCluster({ topics })
  const group = newGroup(cluster)
  const messages = group.messages(['t'])
  const both = Promise.all([messages.next(), messages.next()])
  await cluster.nextRequest('Fetch')
  write(cluster, 0, 'a', 'b')
  expect((await both).map(({ value }) => `${value?.value}`).sort()).toEqual(['a', 'b'])
  const rest = Promise.all([messages.next(), messages.next()])
  await group.close()
  expect((await rest).map(({ done }) => done)).toEqual([true, true])
})
