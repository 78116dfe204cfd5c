import { beforeAll, beforeEach } from 'vitest'
import type { KafkaHandle, KafkaOptions } from '../../../scripts/kafka/handle.ts'
import { startKafka } from '../../../scripts/kafka/start.ts'
import { type OrReason, orReason } from '../../../scripts/kafka/unavailable.ts'

/**
 * Something that the tests of a file, or of a `describe`, have to themselves and share with one another. They are skipped,
 * with the reason, on a machine where it cannot be had.
 */
export function own<T extends { stop(): Promise<void> }>(start: () => Promise<T>): () => T {
  let started: OrReason<T>
  beforeAll(async () => {
    started = await orReason(start)
    return () => (started.ok ? started.value.stop() : undefined)
  })
  beforeEach(context => {
    if (!started.ok) context.skip(started.reason)
  })
  return () => {
    if (!started.ok) throw new Error(started.reason)
    return started.value
  }
}

/** A cluster of the tests' own, which they may break as long as they mend it for the next. */
export const ownCluster = (options: KafkaOptions): (() => KafkaHandle) =>
  own(() => startKafka({ ...options, exclusive: true }))
