import type { ConfigurationProblem } from '../errors/client-errors.ts'
import { type Check, custom, describeValue, type Leaf, type OptionTable, resolveOptions } from '../util/options.ts'
import { partitionName, topicPartition } from './check.ts'

interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A list of partitions, each with the fields of a table; one that names a partition twice is refused. */
export function partitionList<T extends TopicPartition>(table: OptionTable): Leaf<readonly T[] | undefined> {
  const check: Check = (value, path) => {
    if (!Array.isArray(value)) return `must be a list, not ${describeValue(value)}`
    const problems: ConfigurationProblem[] = []
    for (const [i, each] of value.entries()) resolveOptions(table, each ?? (null as never), `${path}[${i}]`, problems)
    if (problems.length > 0) return problems
    const names = (value as readonly TopicPartition[]).map(partitionName)
    return names.flatMap((name, i) => {
      const first = names.indexOf(name)
      return first === i ? [] : [{ option: `${path}[${i}]`, problem: `is the same as ${path}[${first}]: ${name}` }]
    })
  }
  return custom<readonly T[] | undefined>(undefined, check, 'list')
}

/** A list of partitions. */
export const topicPartitions = partitionList<TopicPartition>(topicPartition)
