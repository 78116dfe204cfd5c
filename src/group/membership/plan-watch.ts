import type { Client } from '../../cluster/client.ts'
import type { PartitionSnapshot } from '../../cluster/snapshot.ts'
import { errorCodes } from '../../errors/broker-codes.ts'
import { abortable } from '../../util/wait.ts'
import type { PlanPartition } from '../assignors/strategy.ts'
import { type PlannedTopics, racksOf } from './plan.ts'

/** Looks after the topics of the leader's plan: when they are not any more what it was made for, another one is needed. */
export class PlanWatch {
  readonly #client: Client
  readonly #groupId: string
  readonly #isByRacks: boolean
  #topics: PlannedTopics | undefined

  /** @param isByRacks Whether plans go by the racks of replicas (KIP-881): as in Java, where the leader itself has one. */
  constructor(client: Client, groupId: string, isByRacks: boolean) {
    this.#client = client
    this.#groupId = groupId
    this.#isByRacks = isByRacks
  }

  /** Topics that are not there are noticed when they are made, and so are partitions that are added, or go. */
  async begin(topics: PlannedTopics, signal: AbortSignal): Promise<void> {
    const { metadata, logger } = this.#client
    for (const [topic, partitions] of topics) {
      metadata.use(topic)
      if (partitions.length > 0) continue
      const fields = { group: this.#groupId, topic }
      logger.warn('a group waits for a topic that is not there: create it, or check its name', fields)
    }
    // Metadata from before the plan would be taken for a change of what it was made for: the group would rebalance without end.
    if (this.#changeOf(topics) !== undefined) await abortable(metadata.refresh(), signal)
    this.#topics = topics
  }

  /** The plan is another member's matter. */
  end(): void {
    this.#topics = undefined
  }

  /** Why another plan is needed, as far as metadata tells; undefined where none is, or it is not up to us. */
  get change(): string | undefined {
    return this.#topics === undefined ? undefined : this.#changeOf(this.#topics)
  }

  #changeOf(topics: PlannedTopics): string | undefined {
    const { metadata } = this.#client
    const { topicErrors } = metadata.snapshot
    for (const [topic, before] of topics) {
      const isGone = topicErrors.get(topic) === errorCodes.UNKNOWN_TOPIC_OR_PARTITION
      const partitions = metadata.topic(topic)?.partitions
      const count = partitions?.length ?? (isGone ? 0 : before.length)
      if (count !== before.length) return `topic "${topic}" has ${count} partitions now`
      if (this.#isByRacks && partitions?.some((now, i) => this.#hasMoved(before[i]!, now))) {
        return `replicas of topic "${topic}" are in other racks now`
      }
    }
    return undefined
  }

  /** A broker that is just down may have been taken out of the list: it is in its rack all the same, and will be back. */
  #hasMoved({ racks }: PlanPartition, { replicas }: PartitionSnapshot): boolean {
    const { brokers } = this.#client.metadata.snapshot
    if (!replicas.every(id => brokers.has(id))) return false
    const before = new Set(racks)
    const now = new Set(racksOf(replicas, brokers))
    return now.size !== before.size || [...now].some(rack => !before.has(rack))
  }
}
