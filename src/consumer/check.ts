import { type StartOffset, startProblem } from '../cluster/list-offset.ts'
import { topicNameProblem } from '../cluster/topic-name.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { listProblems, objectProblems } from '../util/known-keys.ts'
import { describeValue } from '../util/options.ts'
import type { TopicPartition } from './message.ts'
import type { PartitionStart } from './types.ts'

/** @throws {@link ConfigurationError} with every problem, if there is one. */
function refuse(problems: readonly ConfigurationProblem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems)
}

export function checkStart(from: unknown): void {
  refuse(startProblems(from, 'from'))
}

export function checkTopic(topic: unknown): void {
  refuse(topicProblems(topic, 'topic'))
}

/** Checks the arguments of `consumePartition`. */
export function checkPartition(topic: unknown, partition: unknown, options: object, from: unknown): void {
  refuse([
    ...topicProblems(topic, 'topic'),
    ...partitionProblems(partition, 'partition'),
    ...objectProblems(options, 'options', ['from', 'signal']),
    ...startProblems(from, 'from'),
  ])
}

/** A list of partitions, as `pause` and `resume` take it. */
export function checkPartitions(partitions: readonly TopicPartition[]): void {
  refuse(listProblems(partitions, 'partitions'))
  refuse(partitions.flatMap((each, i) => entryProblems(each, `partitions[${i}]`, ['topic', 'partition'])))
}

const SOURCES = 'must be a topic, a list of topics or a list of { topic, partition }'

/** What `consume` is to read, checked: whole topics, or some partitions. */
export function checkSources(
  topics: string | readonly string[] | readonly PartitionStart[],
  options: object,
  from: StartOffset,
): { readonly topics: readonly string[] } | { readonly partitions: readonly PartitionStart[] } {
  const list: readonly (string | PartitionStart)[] = typeof topics === 'string' ? [topics] : topics
  refuse([
    ...objectProblems(options, 'options', ['from', 'signal']),
    ...startProblems(from, 'from'),
    ...(Array.isArray(list) ? [] : [{ option: 'topics', problem: `${SOURCES}, not ${describeValue(topics)}` }]),
  ])
  if (list.length === 0) refuse([{ option: 'topics', problem: 'must name at least one' }])
  const isNames = typeof list[0] === 'string'
  refuse(
    list.flatMap((each, i) => {
      const name = `topics[${i}]`
      if (isNames !== (typeof each === 'string') && isPartitionOrName(each)) {
        return [{ option: name, problem: 'topics and partitions cannot be in one list' }]
      }
      if (isNames) return topicProblems(each, name)
      const problems = entryProblems(each, name, ['topic', 'partition', 'from'])
      const start = (each as Partial<PartitionStart> | null)?.from
      return start === undefined ? problems : [...problems, ...startProblems(start, `${name}.from`)]
    }),
  )
  const keys = list.map(each => (typeof each === 'string' ? each : `${each.topic}-${each.partition}`))
  const seen = new Set<string>()
  for (const [i, key] of keys.entries()) {
    if (seen.has(key)) refuse([{ option: `topics[${i}]`, problem: `${key} is there already` }])
    seen.add(key)
  }
  return isNames ? { topics: list as readonly string[] } : { partitions: list as readonly PartitionStart[] }
}

function isPartitionOrName(entry: unknown): boolean {
  return typeof entry === 'string' || (typeof entry === 'object' && entry !== null)
}

function entryProblems(entry: unknown, name: string, keys: readonly string[]): ConfigurationProblem[] {
  const problems = objectProblems(entry, name, keys)
  if (problems.length > 0) return problems
  const { topic, partition } = entry as Partial<TopicPartition>
  return [...topicProblems(topic, `${name}.topic`), ...partitionProblems(partition, `${name}.partition`)]
}

function topicProblems(topic: unknown, option: string): ConfigurationProblem[] {
  const problem = topicNameProblem(topic)
  return problem === undefined ? [] : [{ option, problem }]
}

function partitionProblems(partition: unknown, option: string): ConfigurationProblem[] {
  if (Number.isInteger(partition) && (partition as number) >= 0) return []
  return [{ option, problem: `must be a whole number from 0 on, not ${describeValue(partition)}` }]
}

function startProblems(from: unknown, option: string): ConfigurationProblem[] {
  const problem = startProblem(from, true)
  return problem === undefined ? [] : [{ option, problem }]
}
