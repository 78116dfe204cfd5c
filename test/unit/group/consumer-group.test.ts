import { describe, expect, it, onTestFinished } from 'vitest'
import { cooperativeSticky } from '../../../src/group/assignors/cooperative-sticky.ts'
import type { Claim } from '../../../src/group/types.ts'
import { Kafka } from '../../../src/index.ts'
import { startCluster } from '../testing/support.ts'
import { committed, newGroup, reader, topics, Until, write } from './support.ts'

it('reads what it is given, and commits what is marked when it is closed', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a', 'b')
  write(cluster, 1, 'c')
  const group = newGroup(cluster)
  const { handler, read, story, has } = reader()
  const consuming = group.consume(['t'], handler)
  await has(3)
  expect(group.assignment).toEqual([{ topic: 't', partitions: [0, 1] }])
  await group.close()
  await consuming
  expect(read.sort()).toEqual(['t-0 a', 't-0 b', 't-1 c'])
  expect(story).toEqual(['setup t 0,1', 'cleanup'])
  expect(committed(cluster)).toEqual({ 't-0': 2n, 't-1': 1n })
  expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
  expect(group.assignment).toEqual([])
})

it('goes on where the group was', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a', 'b')
  const first = newGroup(cluster)
  const before = reader()
  const ended = first.consume(['t'], before.handler)
  await before.has(2)
  await first.close()
  await ended
  write(cluster, 0, 'c')
  const after = reader()
  const second = newGroup(cluster)
  second.consume(['t'], after.handler)
  await after.has(1)
  expect(after.read).toEqual(['t-0 c'])
})

it('begins where setup says', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a', 'b', 'c')
  const { handler, read, has } = reader({ setup: session => session.resetOffset('t', 0, 2n) })
  newGroup(cluster).consume(['t'], handler)
  await has(1)
  expect(read).toEqual(['t-0 c'])
})

it('goes back when the offset of a claim is reset', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a', 'b')
  const read: string[] = []
  const until = new Until()
  const group = newGroup(cluster)
  const consuming = group.consume(['t'], {
    async consumeClaim(session, claim) {
      for await (const { value, offset } of claim) {
        read.push(`${value}`)
        if (offset === 1n && read.length === 2) session.resetOffset('t', 0, 1n)
        until.changed()
      }
    },
  })
  await until.holds(() => read.length === 3)
  await group.close()
  await consuming
  expect(read).toEqual(['a', 'b', 'b'])
  expect(committed(cluster)).toEqual({ 't-0': 1n })
})

it('commits what a handler marks after its claim was revoked, before the next member reads on', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a', 'b')
  write(cluster, 1, 'c', 'd')
  const claims: Claim[] = []
  const until = new Until()
  const slow = newGroup(cluster)
  slow.consume(['t'], {
    async consumeClaim(session, claim) {
      claims.push(claim)
      for await (const message of claim) {
        until.changed()
        // It works on the first until it is told to stop, and finishes that.
        if (message.offset === 0n) await new Promise(resolve => claim.signal.addEventListener('abort', resolve))
        session.markMessage(message)
      }
    },
  })
  await until.holds(() => claims.length === 2)
  const second = reader()
  newGroup(cluster).consume(['t'], second.handler)
  await second.has(1)
  expect(second.read[0]).toMatch(/ [bd]$/)
})

it('is not interrupted in what it keeps by a cooperative rebalance', async () => {
  const cluster = await startCluster({ topics })
  const options = { group: { rebalance: { strategies: [cooperativeSticky()] } } }
  const ended: string[] = []
  const first = reader({
    async consumeClaim(session, claim) {
      for await (const message of claim) session.markMessage(message)
      ended.push(`${claim.partition}`)
    },
  })
  const staying = newGroup(cluster, options)
  const consuming = staying.consume(['t'], first.handler)
  await first.until.holds(() => first.story.length > 0)
  const second = reader()
  newGroup(cluster, options).consume(['t'], second.handler)
  await second.until.holds(() => second.story.length > 0)
  write(cluster, 1, 'x')
  await second.has(1)
  expect(ended).toEqual(['1'])
  expect(first.story).toEqual(['setup t 0,1'])
  expect(staying.assignment).toEqual([{ topic: 't', partitions: [0] }])
  await staying.close()
  await consuming
  expect(first.story).toEqual(['setup t 0,1', 'cleanup'])
})

describe('consume', () => {
  it('rejects with what a handler throws, after what was marked is committed', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b')
    const group = newGroup(cluster)
    const consuming = group.consume(['t'], {
      async consumeClaim(session, claim) {
        for await (const message of claim) {
          if (message.offset === 1n) throw new Error('the second one')
          session.markMessage(message)
        }
      },
    })
    await expect(consuming).rejects.toThrow('the second one')
    expect(committed(cluster)).toEqual({ 't-0': 1n })
    expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
    // And may be begun again.
    const { handler, read, has } = reader()
    group.consume(['t'], handler)
    await has(1)
    expect(read).toEqual(['t-0 b'])
  })

  it.for(['setup', 'cleanup'] as const)('rejects with what %s throws', async name => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a')
    const group = newGroup(cluster)
    const fails = () => {
      throw new Error(`in ${name}`)
    }
    const { handler, has } = reader({ [name]: fails })
    const consuming = group.consume(['t'], handler)
    const rejected = expect(consuming).rejects.toThrow(`in ${name}`)
    if (name === 'cleanup') {
      await has(1)
      await group.close()
    }
    await rejected
    expect(committed(cluster)).toEqual(name === 'cleanup' ? { 't-0': 1n } : {})
  })

  it('ends when a handler returns before its claim has ended', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b')
    const consuming = newGroup(cluster).consume(['t'], {
      async consumeClaim(session, claim) {
        for await (const message of claim) {
          session.markMessage(message)
          break
        }
      },
    })
    await consuming
    expect(committed(cluster)).toEqual({ 't-0': 1n })
  })

  it('ends when its signal is aborted', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a')
    const stop = new AbortController()
    const { handler, has } = reader()
    const group = newGroup(cluster)
    const consuming = group.consume(['t'], handler, { signal: stop.signal })
    await has(1)
    stop.abort()
    await consuming
    expect(committed(cluster)).toEqual({ 't-0': 1n })
    await group.consume(['t'], handler, { signal: AbortSignal.abort() })
  })

  it('refuses what cannot be', async () => {
    const cluster = await startCluster({ topics })
    const group = newGroup(cluster)
    const { handler } = reader()
    await expect(group.consume([], handler)).rejects.toThrow('topics: must be a list of names and regular expressions')
    await expect(group.consume([''], handler)).rejects.toThrow('topics[0]: must be the name of a topic')
    await expect(group.consume(['t'], {} as never)).rejects.toThrow('handler: must have consumeClaim()')
    const consuming = group.consume(['t'], handler)
    await expect(group.consume(['t'], handler)).rejects.toThrow('it is consuming already')
    await group.close()
    await consuming
    await expect(group.consume(['t'], handler)).rejects.toThrow('the consumer group "billing" is closed')
  })
})

it('reads topics that match, those too that are made later', async () => {
  const cluster = await startCluster({ topics: { 'a-1': {}, 'b-1': {} } })
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const kafka = new Kafka({ brokers: cluster.brokers, logger, metadata: { refreshFrequencyMs: 20 } })
  onTestFinished(() => kafka.close())
  const group = kafka.consumerGroup('billing', { offsets: { initial: 'oldest' }, group: { heartbeatIntervalMs: 3 } })
  const { handler, read, has } = reader()
  cluster.produce('a-1', ['first'])
  group.consume([/^a-/g], handler)
  await has(1)
  cluster.createTopic('a-2')
  cluster.produce('a-2', ['second'])
  await has(2)
  expect(read).toEqual(['a-1-0 first', 'a-2-0 second'])
})

it('is told when it was dropped, and what it marks then is not committed', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  const until = new Until()
  const lost: string[] = []
  const group = newGroup(cluster, {
    offsets: { autoCommit: { intervalMs: 60_000 } },
    group: { sessionTimeoutMs: 100, rebalance: { timeoutMs: 100 } },
  })
  const read: string[] = []
  group.consume(['t'], {
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        read.push(`${message.value}`)
        until.changed()
        if (read.length > 1) continue
        await new Promise(resolve => claim.signal.addEventListener('abort', resolve))
        session.markMessage(message)
      }
    },
    onLost: (_, partitions) => void lost.push(partitions.map(({ partition }) => partition).join()),
  })
  await until.holds(() => read.length === 1)
  cluster.fail('UNKNOWN_MEMBER_ID', { api: 'Heartbeat', times: 1 })
  await until.holds(() => read.length === 2)
  expect(read).toEqual(['a', 'a'])
  expect(lost).toEqual(['0,1'])
})

it('tells how far behind it is', async () => {
  const cluster = await startCluster({ topics: { t: {} } })
  write(cluster, 0, 'a', 'b', 'c')
  const group = newGroup(cluster)
  const until = new Until()
  let count = 0
  group.consume(['t'], {
    async consumeClaim(_, claim) {
      for await (const _message of claim) {
        count++
        until.changed()
        await new Promise(resolve => claim.signal.addEventListener('abort', resolve))
      }
    },
  })
  await until.holds(() => count === 1)
  expect(group.lag()).toEqual(new Map([['t', new Map([[0, 2n]])]]))
})

it('says that a topic is not there, and reads it when it is made', async () => {
  const cluster = await startCluster()
  const warned: unknown[] = []
  const logger = { debug() {}, info() {}, error() {}, warn: (...said: unknown[]) => void warned.push(said) }
  const kafka = new Kafka({ brokers: cluster.brokers, logger, metadata: { refreshFrequencyMs: 5 } })
  onTestFinished(() => kafka.close())
  const { handler, read, has } = reader()
  const joined = cluster.nextRequest('SyncGroup')
  kafka.consumerGroup('billing', { offsets: { initial: 'oldest' } }).consume(['t'], handler)
  await joined
  const text = 'a group waits for a topic that is not there: create it, or check its name'
  expect(warned).toEqual([[text, { group: 'billing', topic: 't' }]])
  cluster.createTopic('t', { partitions: 1 })
  write(cluster, 0, 'a')
  await has(1)
  expect(read).toEqual(['t-0 a'])
})
