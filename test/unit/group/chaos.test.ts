import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { cooperativeSticky } from '../../../src/group/assignors/cooperative-sticky.ts'
import { range } from '../../../src/group/assignors/range.ts'
import type { BalanceStrategy } from '../../../src/group/assignors/strategy.ts'
import type { Fault } from '../../../src/testing.ts'
import { Random } from '../protocol/random.ts'
import { startCluster } from '../testing/support.ts'
import { committed, newGroup, Until, write } from './support.ts'

const PARTITIONS = 6
const CHAOS_MS = 60_000
const MOST_MEMBERS = 5

it(
  'members of groups come, go and fail under load: nothing is lost, and nobody is stuck',
  async () => {
    // At the same time, as each group waits most of the time.
    await Promise.all([chaos(range(), 1), chaos(cooperativeSticky(), 2)])
  },
  4 * CHAOS_MS,
)

async function chaos(strategy: BalanceStrategy, seed: number): Promise<void> {
  const random = new Random(seed)
  const cluster = await startCluster({ brokers: 2, topics: { t: { partitions: PARTITIONS } } })
  const until = new Until()
  const written = Array.from({ length: PARTITIONS }, () => 0)
  const processed = Array.from({ length: PARTITIONS }, () => new Set<bigint>())
  const members: { close(): Promise<void> }[] = []

  const join = () => {
    const group = newGroup(cluster, {
      offsets: { autoCommit: { intervalMs: 5 } },
      // A member that was dropped only by word of mouth is not waited for.
      group: { sessionTimeoutMs: 300, rebalance: { strategies: [strategy], timeoutMs: 300 } },
    })
    const running = group.run(['t'], {
      async eachMessage({ partition, offset }) {
        // Others have their turn meanwhile, so that much is under way when partitions are given up.
        await new Promise(resolve => setImmediate(resolve))
        processed[partition]!.add(offset)
        until.changed()
      },
    })
    members.push({
      async close() {
        await group.close()
        await running
      },
    })
  }
  /** The offsets up to which all is known to be processed. */
  const checked = Array.from({ length: PARTITIONS }, () => 0n)
  const checkCommitted = () => {
    for (const [name, offset] of Object.entries(committed(cluster))) {
      const partition = Number(name.slice(2))
      for (; checked[partition]! < offset; checked[partition]!++) {
        if (processed[partition]!.has(checked[partition]!)) continue
        throw new Error(`${name}: ${offset} is committed, but ${checked[partition]} was not processed`)
      }
    }
  }
  const isDone = () => written.every((count, partition) => processed[partition]!.size === count)
  const faults: Fault[] = []
  const deeds = [
    () => members.length < MOST_MEMBERS && join(),
    () => members.length > 1 && members.splice(random.below(members.length), 1)[0]!.close(),
    () => void faults.push(cluster.fail('UNKNOWN_MEMBER_ID', { api: 'Heartbeat', times: 1 })),
    () => void faults.push(cluster.fail('ILLEGAL_GENERATION', { api: 'OffsetCommit', times: 1 })),
    () => void faults.push(cluster.fail('REBALANCE_IN_PROGRESS', { api: 'SyncGroup', times: 1 })),
    () => void faults.push(cluster.fail('COORDINATOR_LOAD_IN_PROGRESS', { api: 'JoinGroup', times: 1 })),
    () => void faults.push(cluster.disconnect('before-answer', { api: 'OffsetCommit', times: 1 })),
    () => void faults.push(cluster.disconnect('before-answer', { api: 'JoinGroup', times: 1 })),
    () => cluster.moveCoordinator('group', 'billing', 1 + random.below(2)),
  ]

  join()
  const leaving: unknown[] = []
  const end = performance.now() + CHAOS_MS
  while (performance.now() < end) {
    for (let n = random.below(30); n > 0; n--) {
      const partition = random.below(PARTITIONS)
      write(cluster, partition, `${written[partition]!++}`)
    }
    leaving.push(random.pick(deeds)())
    checkCommitted()
    // Mostly the next comes on top of this one.
    if (random.below(4) === 0) await until.holds(isDone)
    else await new Promise(resolve => setImmediate(resolve))
  }
  await until.holds(isDone)
  for (const fault of faults) await fault.undo()
  const ends = Object.fromEntries(written.map((count, partition) => [`t-${partition}`, BigInt(count)]))
  // Who was dropped before it could commit has to read again; nobody closes before all is committed.
  while (!isDeepStrictEqual(committed(cluster), ends)) await cluster.nextRequest('Heartbeat')
  await Promise.all([...leaving, ...members.map(member => member.close())])
  checkCommitted()
  expect(committed(cluster)).toEqual(ends)
  expect(cluster.groups().flatMap(group => group.members)).toEqual([])
}
