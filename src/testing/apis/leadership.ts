import type { RequestContext } from '../handlers.ts'
import { Refusal } from '../refusal.ts'
import type { BrokerNode } from '../state/broker-node.ts'
import type { ClusterState } from '../state/cluster-state.ts'
import type { Partition } from '../state/partition.ts'
import type { Topic } from '../state/topic.ts'
import type { Services } from './services.ts'

/**
 * The partition, when the broker that is asked leads it, and in the epoch that the client takes it to be in (-1 for any).
 *
 * @throws {@link Refusal} otherwise, and when a test wants it to be refused.
 */
export function ledPartition(
  { faults }: Services,
  context: RequestContext,
  topic: Topic | undefined,
  index: number,
  currentLeaderEpoch = -1,
): Partition {
  const partition = topic?.partitions[index]
  if (partition === undefined) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
  const wanted = faults.errorFor(context, partition.topic, index)
  if (wanted !== 0) throw new Refusal(wanted)
  const { leader, leaderEpoch } = partition
  if (currentLeaderEpoch >= 0 && currentLeaderEpoch < leaderEpoch) throw new Refusal('FENCED_LEADER_EPOCH')
  if (currentLeaderEpoch > leaderEpoch) throw new Refusal('UNKNOWN_LEADER_EPOCH')
  if (leader !== context.broker) throw new Refusal('NOT_LEADER_OR_FOLLOWER')
  return partition
}

interface Leader {
  readonly leaderId: number
  readonly leaderEpoch: number
}

interface Endpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

/** Tells clients who have asked the wrong broker where the leaders are (KIP-951). */
export class LeaderHints {
  readonly #state: ClusterState
  readonly #brokers = new Map<number, BrokerNode>()

  constructor(state: ClusterState) {
    this.#state = state
  }

  /** The leader of a partition, whose address is then among the endpoints. */
  of(partition: Partition | undefined): Leader | undefined {
    if (partition === undefined) return undefined
    const { leader: leaderId, leaderEpoch } = partition
    const broker = this.#state.brokers.get(leaderId)
    if (broker !== undefined) this.#brokers.set(leaderId, broker)
    return { leaderId, leaderEpoch }
  }

  endpoints(): Endpoint[] {
    return [...this.#brokers.values()].map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack }))
  }
}
