import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import type { Api } from '../protocol/api.ts'
import { refuse } from '../util/known-keys.ts'
import { describeValue } from '../util/options.ts'
import type { RequestTarget } from './route.ts'
import { topicNameProblem } from './topic-name.ts'

export function topicProblems(topic: unknown, option: string): ConfigurationProblem[] {
  const problem = topicNameProblem(topic)
  return problem === undefined ? [] : [{ option, problem }]
}

export function partitionProblems(topic: unknown, partition: unknown, path = ''): ConfigurationProblem[] {
  const problems = topicProblems(topic, `${path}topic`)
  if (Number.isInteger(partition) && (partition as number) >= 0) return problems
  const problem = `must be a whole number from 0 on, not ${describeValue(partition)}`
  return [...problems, { option: `${path}partition`, problem }]
}

export function groupIdProblems(groupId: unknown, option = 'groupId'): ConfigurationProblem[] {
  if (typeof groupId === 'string' && groupId !== '') return []
  return [{ option, problem: `must be the id of a group, not ${describeValue(groupId)}` }]
}

const TARGETS = ['any', 'controller', 'broker', 'leader', 'group', 'transactionalId']

/** Where a request goes; what is left out follows from the API. */
export function requestTarget(api: Api, target: RequestTarget | undefined): RequestTarget {
  if (typeof (api as Partial<Api> | undefined)?.route !== 'string') {
    throw new ConfigurationError([{ option: 'api', problem: 'must be one of the apis of samsa/protocol' }])
  }
  if (target === undefined) return targetOf(api)
  const given = typeof target === 'object' && target !== null ? Object.entries(target) : []
  const [name, value] = given[0] ?? []
  if (given.length !== 1 || !TARGETS.includes(name!)) {
    const problem = `must have one of ${TARGETS.join(', ')}, not ${given.map(([key]) => key).join(', ') || describeValue(target)}`
    throw new ConfigurationError([{ option: 'target', problem }])
  }
  const path = `target.${name}`
  if (name === 'leader') {
    const { topic, partition } = (value ?? {}) as { readonly topic?: unknown; readonly partition?: unknown }
    refuse(partitionProblems(topic, partition, `${path}.`))
  } else if (name === 'group' || name === 'transactionalId') {
    const problem = `must be a string that is not empty, not ${describeValue(value)}`
    refuse(typeof value === 'string' && value !== '' ? [] : [{ option: path, problem }])
  } else if (name === 'broker') {
    const problem = `must be the node id of a broker, not ${describeValue(value)}`
    refuse(Number.isInteger(value) ? [] : [{ option: path, problem }])
  } else if (value !== true) {
    refuse([{ option: path, problem: `must be true, not ${describeValue(value)}` }])
  }
  return target
}

function targetOf({ name, route }: Api): RequestTarget {
  if (route === 'any') return { any: true }
  if (route === 'controller') return { controller: true }
  const hints = {
    leader: 'leader: { topic, partition }',
    group: 'group',
    transaction: 'transactionalId',
    broker: 'broker',
  }
  throw new ConfigurationError([{ option: 'target', problem: `must be given: ${name} goes to { ${hints[route]} }` }])
}
