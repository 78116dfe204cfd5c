import { ConfigurationError, Kafka, type KafkaConfig } from '../../src/index.ts'

/** What is wrong with a configuration of whatever type, one line a problem. */
export function problemsOf(config: unknown): string[] {
  try {
    new Kafka(config as KafkaConfig)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(({ option, problem }) => `${option}: ${problem}`)
  }
  return []
}
