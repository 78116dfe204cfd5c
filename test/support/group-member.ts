import { vi } from 'vitest'
import type { ConsumerGroup, ConsumerGroupHandler, Kafka, KafkaConfig } from '../../src/index.ts'
import { newKafka } from './kafka.ts'

/**
 * Waits until it is so. It is looked again and again: not everything that members do is told of, such as that a claim is kept in a
 * rebalance.
 */
export async function until(isSo: () => boolean, timeout = 50_000): Promise<void> {
  const check = () => {
    if (!isSo()) throw new Error(`it has not come to this: ${isSo}`)
  }
  await vi.waitFor(check, { timeout, interval: 20 })
}

/** A member that reads and marks everything, of a client of its own unless one is given. */
export function newMember(groupId: string, topic: string, options: KafkaConfig['consumer'] = {}, kafka = newKafka()) {
  const progress = { read: [] as string[], sessions: 0 }
  const group: ConsumerGroup = kafka.consumerGroup(groupId, {
    ...options,
    offsets: { initial: 'oldest', ...options.offsets },
    group: { heartbeatIntervalMs: 200, ...options.group },
  })
  const handler: ConsumerGroupHandler = {
    setup() {
      progress.sessions++
    },
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        session.markMessage(message)
        progress.read.push(`${message.partition} ${message.value}`)
      }
    },
  }
  const ended = group.consume([topic], handler)
  const mine = () => group.assignment.flatMap(({ partitions }) => partitions).sort((a, b) => a - b)
  return { group, progress, ended, mine }
}

/** Writes messages to six partitions in turn. */
export async function write(
  topic: string,
  count: number,
  prefix: string,
  kafka: Kafka = newKafka(),
): Promise<string[]> {
  const messages = Array.from({ length: count }, (_, i) => ({ topic, partition: i % 6, value: `${prefix}-${i}` }))
  await kafka.producer().sendAll(messages)
  return messages.map(({ partition, value }) => `${partition} ${value}`)
}
