import type { ConfigurationProblem } from '../../errors/client-errors.ts'
import { apis } from '../../protocol/apis.ts'
import { describeValue } from '../../util/options.ts'

/** What is wrong with the name of an API. */
export function apiProblems(option: string, name: unknown): ConfigurationProblem[] {
  if (typeof name === 'string' && Object.hasOwn(apis, name)) return []
  return [{ option, problem: `there is no such API as ${describeValue(name)}; names are as in Fetch, ListOffsets` }]
}

/** What is wrong with the id of a broker. */
export function brokerProblems(option: string, id: unknown, known: Iterable<number>): ConfigurationProblem[] {
  const ids = [...known]
  if (ids.includes(id as number)) return []
  return [{ option, problem: `must be one of ${ids.join(', ')}, not ${describeValue(id)}` }]
}

export function textProblems(option: string, value: unknown): ConfigurationProblem[] {
  return typeof value === 'string' ? [] : [{ option, problem: `must be a string, not ${describeValue(value)}` }]
}

/** What is wrong with a number that must be whole. */
export function countProblems(option: string, value: unknown, min: number): ConfigurationProblem[] {
  if (Number.isInteger(value) && (value as number) >= min) return []
  return [{ option, problem: `must be a whole number from ${min} on, not ${describeValue(value)}` }]
}

export function choiceProblems(option: string, value: unknown, choices: readonly string[]): ConfigurationProblem[] {
  if (choices.includes(value as string)) return []
  return [{ option, problem: `must be ${choices.map(describeValue).join(', ')}, not ${describeValue(value)}` }]
}

/** What `check` says of an argument that was given. */
export function ifGiven<T>(
  value: T | undefined,
  check: (value: T) => ConfigurationProblem[],
): readonly ConfigurationProblem[] {
  return value === undefined ? [] : check(value)
}
