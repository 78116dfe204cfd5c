import { setTimeout } from 'node:timers/promises'
import type { Kafka } from '../../src/index.ts'
import type { Random } from '../../test/unit/protocol/random.ts'
import type { Broker, KafkaHandle } from '../kafka/handle.ts'

const MAX_REST_MS = 3_000
const MAX_FROZEN_MS = 8_000

type Fault = (random: Random, cluster: KafkaHandle, admin: ReturnType<Kafka['admin']>, topic: string) => Promise<void>

const anyBroker = (random: Random, { brokers }: KafkaHandle): Broker => brokers[random.below(brokers.length)]!

/** It leads already, or has not caught up yet with what it missed. */
const passing: ReadonlySet<string> = new Set(['ELECTION_NOT_NEEDED', 'PREFERRED_LEADER_NOT_AVAILABLE'])

/** What befalls a cluster. Each leaves all brokers running. */
const faults: Readonly<Record<string, Fault>> = {
  async killed(random, cluster) {
    const broker = anyBroker(random, cluster)
    await broker.kill()
    await setTimeout(random.below(MAX_REST_MS))
    await broker.start()
  },
  async restarted(random, cluster) {
    const broker = anyBroker(random, cluster)
    await broker.stop()
    await broker.start()
  },
  async frozen(random, cluster) {
    const broker = anyBroker(random, cluster)
    await broker.pause()
    await setTimeout(random.below(MAX_FROZEN_MS))
    await broker.resume()
  },
  async moved(random, cluster, admin, topic) {
    const [description] = await admin.describeTopics([topic])
    const partitions = description?.partitions ?? []
    const moves = partitions.map(({ partition }) => {
      const first = random.below(cluster.brokers.length)
      const ids = cluster.brokers.map(({ id }) => id)
      return { topic, partition, replicas: [...ids.slice(first), ...ids.slice(0, first)] }
    })
    const outcomes = [
      ...(await admin.alterPartitionReassignments(moves)),
      // The replicas are the same ones, so that the move is over by now.
      ...(await admin.electLeaders(
        'preferred',
        partitions.map(({ partition }) => ({ topic, partition })),
      )),
    ]
    for (const { error } of outcomes) if (error !== undefined && !passing.has(error.code)) throw error
  },
}

/** Breaks brokers and mends them again, one after the other, until the time is over. Gives what it has done, and how often. */
export async function breakBrokers(
  cluster: KafkaHandle,
  kafka: Kafka,
  topic: string,
  random: Random,
  until: number,
): Promise<Map<string, number>> {
  const done = new Map<string, number>()
  let left: string[] = []
  while (performance.now() < until) {
    await setTimeout(random.below(MAX_REST_MS))
    // Each has had its turn before one comes again.
    if (left.length === 0) left = Object.keys(faults)
    const [name = ''] = left.splice(random.below(left.length), 1)
    await faults[name]!(random, cluster, kafka.admin(), topic)
    done.set(name, (done.get(name) ?? 0) + 1)
  }
  return done
}
