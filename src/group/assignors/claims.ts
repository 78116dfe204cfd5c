import type { PartitionIndex } from './partition-index.ts'
import type { PlanMember, TopicPartitions } from './strategy.ts'

/** What a member says that it had, and in which generation of the group; -1 where it does not tell. */
export interface Claim {
  readonly partitions: readonly TopicPartitions[]
  readonly generation: number
}

/** No member: of a partition that nobody had, or that it cannot be told who had it. */
export const NOBODY = -1

/**
 * Who each partition belonged to, as the index of a member. Of several that claim it the one of the latest generation had it
 * last; where two claim it in the same generation none of them can be believed. What a member does not subscribe to any more
 * is not its own.
 */
export function owners(members: readonly PlanMember[], claims: readonly Claim[], index: PartitionIndex): Int32Array {
  const owner = new Int32Array(index.length).fill(NOBODY)
  const generations = new Float64Array(index.length).fill(-Infinity)
  claims.forEach(({ partitions, generation }, member) => {
    const topics = new Set(members[member]!.topics)
    for (const part of index.numbersOf(partitions)) {
      if (generation < generations[part]!) continue
      owner[part] = generation > generations[part]! && topics.has(index.at(part).topic) ? member : NOBODY
      generations[part] = generation
    }
  })
  return owner
}
