import type { ConsumerGroup, ConsumerGroupHandler, Kafka, KafkaConfig } from '../../src/index.ts'
import { newKafka } from './kafka.ts'

/** Something that may be waited for. */
export class Progress {
  readonly read: string[] = []
  /** How many sessions have begun. */
  sessions = 0
  #wakes: (() => void)[] = []

  add(partition: number, value: string): void {
    this.read.push(`${partition} ${value}`)
    this.changed()
  }

  changed(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>(resolve => this.#wakes.push(resolve))
  }
}

/** A member that reads and marks everything, of a client of its own unless one is given. */
export function newMember(groupId: string, topic: string, options: KafkaConfig['consumer'] = {}, kafka = newKafka()) {
  const progress = new Progress()
  const group: ConsumerGroup = kafka.consumerGroup(groupId, {
    ...options,
    offsets: { initial: 'oldest', ...options.offsets },
    group: { heartbeatIntervalMs: 200, ...options.group },
  })
  const handler: ConsumerGroupHandler = {
    setup() {
      progress.sessions++
      progress.changed()
    },
    async consumeClaim(session, claim) {
      progress.changed()
      for await (const message of claim) {
        session.markMessage(message)
        progress.add(message.partition, `${message.value}`)
      }
      progress.changed()
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
