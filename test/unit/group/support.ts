import { onTestFinished } from 'vitest'
import type { KafkaConfig } from '../../../src/config.ts'
import type { ConsumerGroupHandler, GroupSession } from '../../../src/group/types.ts'
import { Kafka } from '../../../src/index.ts'
import type { MockCluster } from '../../../src/testing.ts'

export const topics = { t: { partitions: 2 } }
const quick = { backoff: () => 0 }

/** A group of a client of its own, so that each is a member; closed when the test ends. */
export function newGroup(cluster: MockCluster, options: KafkaConfig['consumer'] = {}) {
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const kafka = new Kafka({ brokers: cluster.brokers, logger })
  onTestFinished(() => kafka.close())
  return kafka.consumerGroup('billing', {
    retry: quick,
    ...options,
    offsets: { initial: 'oldest', retry: quick, ...options.offsets },
    group: { heartbeatIntervalMs: 3, ...options.group, rebalance: { retry: quick, ...options.group?.rebalance } },
  })
}

/** Something that is waited for until it is opened. */
export function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open: () => open(), opened }
}

/** Something that many may wait for to be so. */
export class Until {
  #wakes: (() => void)[] = []

  async holds(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>(resolve => this.#wakes.push(resolve))
  }

  changed(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }
}

/** A handler that marks all that it reads, and what it has read, as `t-0 value`. */
export function reader(over: Partial<ConsumerGroupHandler> = {}) {
  const read: string[] = []
  const story: string[] = []
  const until = new Until()
  const handler: ConsumerGroupHandler = {
    setup(session) {
      story.push(`setup ${shownClaims(session)}`)
      until.changed()
    },
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        read.push(`${message.topic}-${message.partition} ${message.value}`)
        session.markMessage(message)
        until.changed()
      }
    },
    cleanup: () => void story.push('cleanup'),
    ...over,
  }
  return { handler, read, story, has: (count: number) => until.holds(() => read.length >= count), until }
}

function shownClaims(session: GroupSession): string {
  return session.claims.map(({ topic, partitions }) => `${topic} ${partitions.join()}`).join(' ')
}

export function write(cluster: MockCluster, partition: number, ...values: string[]): void {
  cluster.produce(
    't',
    values.map(value => ({ value, partition })),
  )
}

export function committed(cluster: MockCluster): Record<string, bigint> {
  const [group] = cluster.groups()
  return Object.fromEntries(
    (group?.offsets ?? []).map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]),
  )
}
