import { onTestFinished, type TestContext, vi } from 'vitest'
import { type OrReason, orReason } from '../../../scripts/kafka/unavailable.ts'
import { MockCluster, type MockClusterOptions } from '../../../src/testing.ts'

/** An in-process cluster of three brokers, stopped when the test ends. */
export async function mockCluster(options: MockClusterOptions = {}): Promise<MockCluster> {
  const cluster = await MockCluster.start({ brokers: 3, ...options })
  onTestFinished(() => cluster.stop())
  return cluster
}

/** What `attempt` gives; skips the test, with the reason, where the machine does not have what that needs. */
export async function orSkip<T>(context: TestContext, attempt: () => Promise<T>): Promise<T> {
  const outcome: OrReason<T> = await orReason(attempt)
  return outcome.ok ? outcome.value : context.skip(outcome.reason)
}

/** Waits until `check` does not throw any more. How long that takes is not the test's business: it depends on the machine. */
export function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 50_000, interval: 20 })
}

/** The committed offset of each partition of a topic. */
export function committed(cluster: MockCluster, groupId: string, topic: string): Map<number, bigint> {
  const group = cluster.groups().find(each => each.groupId === groupId)
  const offsets = group?.offsets.filter(each => each.topic === topic) ?? []
  return new Map(offsets.map(({ partition, offset }) => [partition, offset]))
}

/** The values of all records that were not aborted, sorted. */
export function sortedValues(records: Iterable<{ readonly value: Buffer | null }>): string[] {
  return [...records].map(({ value }) => String(value)).sort()
}
