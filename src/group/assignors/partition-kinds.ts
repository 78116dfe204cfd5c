import { subscribers } from './members.ts'
import type { PartitionIndex } from './partition-index.ts'
import { isNear, racksMatter } from './racks.ts'
import type { PlanMember, PlanTopic } from './strategy.ts'

/** Partitions that are alike to all members: of one topic, with replicas in the same racks as far as those matter. */
export interface PartitionKind {
  /** Those that subscribe to the topic, ascending. */
  readonly members: readonly number[]
  /** Those of them that are in a rack of a replica; none where racks do not matter, or nobody is. */
  readonly near: ReadonlySet<number>
}

/** The kinds of all partitions, and which kind each partition is of, by the number that the index gives it. */
export function partitionKinds(
  members: readonly PlanMember[],
  topics: readonly PlanTopic[],
  index: PartitionIndex,
): { readonly kinds: readonly PartitionKind[]; readonly kindOf: Int32Array } {
  const numbers = new Map(members.map((member, number) => [member, number]))
  const byTopic = subscribers(members)
  const byRacks = racksMatter(
    members,
    topics.flatMap(({ partitions }) => partitions),
  )
  const kinds: PartitionKind[] = []
  const kindOf = new Int32Array(index.length)
  for (const { topic, partitions } of topics) {
    const its = (byTopic.get(topic) ?? []).map(member => numbers.get(member)!)
    const known = new Map<string, number>()
    for (const partition of partitions) {
      const near = its.filter(number => byRacks && isNear(members[number]!, partition))
      const key = near.join()
      if (!known.has(key)) {
        known.set(key, kinds.length)
        kinds.push({ members: its, near: new Set(near) })
      }
      kindOf[index.number(topic, partition.partition)!] = known.get(key)!
    }
  }
  return { kinds, kindOf }
}
