import type { ConfigurationProblem } from '../errors/client-errors.ts'
import { describeValue } from '../util/options.ts'

/** What is wrong with the configuration that a topic is to have: texts by name, or null for the default. */
export function topicConfigs(value: unknown, path: string): string | readonly ConfigurationProblem[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object, not ${describeValue(value)}`
  }
  return Object.entries(value).flatMap(([key, value]) =>
    typeof value === 'string' || value === null
      ? []
      : [
          {
            option: `${path}[${JSON.stringify(key)}]`,
            problem: `must be a string or null, not ${describeValue(value)}`,
          },
        ],
  )
}
