import type { ConfigurationProblem } from '../errors/client-errors.ts'
import { listProblems, refuse } from '../util/known-keys.ts'
import { describeValue } from '../util/options.ts'
import { refuseTwice } from './check.ts'

/** A topic: its name, or its id (KIP-516), which stays with it while another may get the name. */
export type TopicName = string | { readonly topicId: string }

export function isTopicId(topic: TopicName): topic is { readonly topicId: string } {
  return typeof topic !== 'string'
}

/** Topics as they were given, checked. */
export function topicNames(given: readonly TopicName[], option: string): readonly TopicName[] {
  refuse(listProblems(given, option))
  refuse(given.flatMap((topic, i) => problems(topic, `${option}[${i}]`)))
  refuseTwice(
    given.map(topic => (isTopicId(topic) ? `the topic with the id ${topic.topicId}` : `"${topic}"`)),
    option,
  )
  return given
}

function problems(topic: unknown, option: string): ConfigurationProblem[] {
  if (typeof topic === 'string' && topic !== '') return []
  const id = typeof topic === 'object' && topic !== null ? (topic as { readonly topicId?: unknown }).topicId : undefined
  if (typeof id === 'string' && /^[\w-]{22}$/.test(id)) return []
  const shown = id === undefined ? describeValue(topic) : describeValue(id)
  return [{ option, problem: `must be the name of a topic, or { topicId } with its id, not ${shown}` }]
}
