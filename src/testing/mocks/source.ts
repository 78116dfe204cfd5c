import type { TopicPartition } from '../../consumer/message.ts'
import type { ConsumePartitionOptions, PartitionStart } from '../../consumer/types.ts'
import { ConfigurationError } from '../../errors/client-errors.ts'
import { shown } from './expected-message.ts'

/** Where reading begins. */
export type Start = NonNullable<ConsumePartitionOptions['from']>

/** A topic to read, or one partition of it. */
export interface Source {
  readonly topic: string
  readonly partition?: number
  readonly from?: Start | undefined
}

/** The argument of `consume`. */
export type Topics = string | readonly string[] | readonly PartitionStart[]

export function sourcesOf(topics: Topics): Source[] {
  const list: readonly (string | PartitionStart)[] = typeof topics === 'string' ? [topics] : topics
  if (list.length === 0) throw new ConfigurationError([{ option: 'topics', problem: 'must name at least one' }])
  return list.map(each => (typeof each === 'string' ? { topic: each } : each))
}

export function includes(sources: readonly Source[], { topic, partition }: TopicPartition): boolean {
  return sources.some(source => source.topic === topic && (source.partition ?? partition) === partition)
}

/** What is read, in words; the same for the same in another order. */
export function nameOf(sources: readonly Source[]): string {
  const names = sources.map(({ topic, partition, from }) => {
    const name = partition === undefined ? `topic ${topic}` : `${topic}-${partition}`
    return from === undefined ? name : `${name} from ${shown(from)}`
  })
  return names.sort().join(', ')
}
