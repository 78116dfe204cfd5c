import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { nameElsewhere } from './names-elsewhere.ts'
import { describeValue } from './options.ts'

/** What is wrong with an argument that should be an object with no other keys than these. */
export function objectProblems(value: unknown, name: string, known: readonly string[]): ConfigurationProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ option: name, problem: `must be an object, not ${describeValue(value)}` }]
  }
  if (value instanceof AbortSignal)
    return [{ option: name, problem: 'must be an object: give the signal as { signal }' }]
  return Object.keys(value)
    .filter(key => !known.includes(key))
    .map(key => {
      const hint = nameElsewhere(key) ?? `known ones are ${known.join(', ')}`
      return { option: `${name}.${key}`, problem: `there is no such field; ${hint}` }
    })
}

/** What is wrong with an argument that should be a list. */
export function listProblems(value: unknown, name: string): ConfigurationProblem[] {
  return Array.isArray(value) ? [] : [{ option: name, problem: `must be a list, not ${describeValue(value)}` }]
}

/** @throws {@link ConfigurationError} with all of the problems, where there are any. */
export function refuse(problems: readonly ConfigurationProblem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems)
}

/** The option of everything that waits. */
export interface WaitOptions {
  /** Ends the wait with the signal's reason. What was already under way goes on. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The signal of a call that takes no other option.
 *
 * @throws {@link ConfigurationError} for others, which would do nothing, and nobody would know.
 */
export function signalOf(options: WaitOptions | undefined): AbortSignal | undefined {
  if (options === undefined) return undefined
  const problems = objectProblems(options, 'options', ['signal'])
  // Not by its class: a test environment may have another one of that name.
  const signal = options?.signal
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    problems.push({ option: 'options.signal', problem: `must be an AbortSignal, not ${describeValue(signal)}` })
  }
  refuse(problems)
  return signal
}
