import { errorCodes } from '../errors/broker-codes.ts'
import { describeValue } from '../util/options.ts'

const LEGAL = /^[a-zA-Z0-9._-]{1,249}$/

/** What is wrong with a topic name, by Kafka's rules; undefined when it is legal. */
export function topicNameProblem(name: unknown): string | undefined {
  if (typeof name === 'string' && LEGAL.test(name) && name !== '.' && name !== '..') return undefined
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 300)) : describeValue(name)
  return `${shown} is not a topic name: 1 to 249 of a-z A-Z 0-9 . _ -, and neither . nor ..`
}

/** For errors of calls that create no topic, though reading and writing may: whoever expects that should know. */
export function creationHint(code: number): string {
  if (code !== errorCodes.UNKNOWN_TOPIC_OR_PARTITION) return ''
  return ' (asking creates no topic, whatever metadata.allowAutoTopicCreation says)'
}

/** For errors about a partition that a topic does not have. */
export function partitionsHint(topic: string, count: number): string {
  return `topic "${topic}" has only ${count === 1 ? 'partition 0' : `partitions 0 to ${count - 1}`}`
}
