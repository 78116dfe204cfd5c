import { describe, expect, it, onTestFinished } from 'vitest'
import { cooperativeSticky } from '../../../src/group/assignors/cooperative-sticky.ts'
import type { KafkaConfig, SlowHandlerEvent } from '../../../src/index.ts'
import { Kafka } from '../../../src/index.ts'
import type { MockCluster } from '../../../src/testing.ts'
import { startCluster } from '../testing/support.ts'
import { committed, Until, write } from './support.ts'

/** A group whose slow handlers are taken down. */
function watchedGroup(cluster: MockCluster, group: NonNullable<KafkaConfig['consumer']>['group']) {
  const events: SlowHandlerEvent[] = []
  const until = new Until()
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const onSlowHandler = (event: SlowHandlerEvent) => {
    events.push(event)
    until.changed()
  }
  const kafka = new Kafka({ brokers: cluster.brokers, logger, hooks: { onSlowHandler } })
  onTestFinished(() => kafka.close())
  const options = { offsets: { initial: 'oldest' }, group: { heartbeatIntervalMs: 3, ...group } } as const
  return {
    group: kafka.consumerGroup('billing', options),
    events,
    until,
    told: () => until.holds(() => events.length > 0),
  }
}

/** Work that lasts until it is told to be done. */
function work() {
  let finish = () => {}
  const done = new Promise<void>(resolve => {
    finish = resolve
  })
  return { finish: () => finish(), done }
}

const topics = { t: { partitions: 2 } }

describe('maxProcessingMs', () => {
  it('tells once of a message that is held for longer, and of no partition that waits for messages', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 1, 'a', 'b')
    const { group, events, until, told } = watchedGroup(cluster, { maxProcessingMs: 20 })
    const { finish, done } = work()
    const read: string[] = []
    group.run(['t'], {
      async eachMessage({ value }) {
        read.push(`${value}`)
        until.changed()
        if (read.length === 1) await done
      },
    })
    await told()
    finish()
    await until.holds(() => read.length === 2)
    expect(events).toEqual([
      {
        group: 'billing',
        topic: 't',
        partition: 1,
        position: 1n,
        sinceMs: expect.any(Number),
        limit: 'maxProcessingMs',
      },
    ])
    expect(events[0]!.sinceMs).toBeGreaterThanOrEqual(20)
  })

  it('tells of the message in hand only where one loop reads all partitions, or only one is worked on at a time', async () => {
    for (const how of ['messages', 'run'] as const) {
      const cluster = await startCluster({ topics })
      write(cluster, 0, 'a')
      write(cluster, 1, 'b')
      const { group, events, told } = watchedGroup(cluster, { maxProcessingMs: 20 })
      const { finish, done } = work()
      const held: number[] = []
      const hold = async (partition: number) => {
        held.push(partition)
        if (held.length === 1) await done
      }
      const reading =
        how === 'run'
          ? group.run(['t'], { concurrency: 1, eachMessage: ({ partition }) => hold(partition) })
          : (async () => {
              for await (const { partition } of group.messages(['t'])) await hold(partition)
            })()
      await told()
      finish()
      await group.close()
      await reading
      expect(events.map(({ partition }) => partition)).toEqual([held[0]])
    }
  })
})

it('leaves the group when a message is held for longer than maxPollIntervalMs, and joins again when it is done', async () => {
  const cluster = await startCluster({ topics: { t: {} } })
  write(cluster, 0, 'a')
  const { group, events, until, told } = watchedGroup(cluster, { maxPollIntervalMs: 20 })
  const { finish, done } = work()
  const story: string[] = []
  const consuming = group.consume(['t'], {
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        story.push(`${message.value}`)
        if (story.length === 1) await done
        // The first time it is too late.
        session.markMessage(message)
        until.changed()
      }
    },
    onLost: () => void story.push('lost'),
    cleanup: () => void story.push('cleanup'),
  })
  const left = cluster.nextRequest('LeaveGroup')
  await told()
  await left
  expect(events.map(({ limit }) => limit)).toEqual(['maxPollIntervalMs'])
  expect(story).toEqual(['a', 'lost'])
  expect(committed(cluster)).toEqual({})
  finish()
  await until.holds(() => story.length === 4)
  expect(story).toEqual(['a', 'lost', 'cleanup', 'a'])
  await group.close()
  await consuming
  expect(committed(cluster)).toEqual({ 't-0': 1n })
})

it('leaves the group for such a message also where it was joining again when the time was over', async () => {
  const cluster = await startCluster({ topics: { t: {} } })
  const options = { maxPollIntervalMs: 20, rebalance: { strategies: [cooperativeSticky()] } }
  const { group, told } = watchedGroup(cluster, options)
  const { finish, done } = work()
  const fetched = cluster.nextRequest('Fetch')
  group.run(['t'], { eachMessage: () => done })
  await fetched
  const hung = cluster.hang({ api: 'JoinGroup' })
  const asked = cluster.nextRequest('JoinGroup')
  cluster.fail('REBALANCE_IN_PROGRESS', { api: 'Heartbeat', times: 1 })
  await asked
  write(cluster, 0, 'a')
  await told()
  const left = cluster.nextRequest('LeaveGroup')
  hung.undo()
  await left
  finish()
})

describe('a handler that overstays rebalance.timeoutMs', () => {
  it('is told of, when its partition is to be given up', async () => {
    const cluster = await startCluster({ topics: { t: {} } })
    write(cluster, 0, 'a')
    const rebalance = { timeoutMs: 30 }
    const { group, events, told } = watchedGroup(cluster, { rebalance })
    const { finish, done } = work()
    const working = work()
    group.run(['t'], {
      eachMessage() {
        working.finish()
        return done
      },
    })
    await working.done
    const other = watchedGroup(cluster, { rebalance })
    other.group.run(['t'], { eachMessage() {} })
    await told()
    expect(events).toEqual([
      { group: 'billing', topic: 't', partition: 0, position: 1n, sinceMs: 30, limit: 'rebalance.timeoutMs' },
    ])
    finish()
  })

  it('keeps its partitions from nobody when the group is closed, though that waits for it', async () => {
    const cluster = await startCluster({ topics: { t: {} } })
    write(cluster, 0, 'a')
    const { group, told } = watchedGroup(cluster, { rebalance: { timeoutMs: 30 } })
    const { finish, done } = work()
    const working = work()
    const running = group.run(['t'], {
      eachMessage() {
        working.finish()
        return done
      },
    })
    await working.done
    const left = cluster.nextRequest('LeaveGroup')
    const closed = group.close()
    await told()
    await left
    finish()
    await closed
    await running
    expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
  })

  it('keeps them from nobody either when the group is closed after that', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a')
    write(cluster, 1, 'b')
    const rebalance = { timeoutMs: 30, strategies: [cooperativeSticky()] }
    const { group, told } = watchedGroup(cluster, { rebalance })
    const { finish, done } = work()
    const working = work()
    let held = 0
    const running = group.run(['t'], {
      eachMessage() {
        if (++held === 2) working.finish()
        return done
      },
    })
    await working.done
    const other = watchedGroup(cluster, { rebalance })
    other.group.run(['t'], { eachMessage() {} })
    await told()
    const left = cluster.nextRequest('LeaveGroup')
    const closed = group.close()
    await left
    finish()
    await closed
    await running
  })
})
