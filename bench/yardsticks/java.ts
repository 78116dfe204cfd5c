import { fileURLToPath } from 'node:url'
import { classpath } from '../../scripts/kafka/maven.ts'

const program = fileURLToPath(new URL('./Produce.java', import.meta.url))

/** The command that runs Java's client; it takes a Task and tells a Report, as `child.ts` does. */
export async function java(): Promise<string[]> {
  const logger = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
  return ['java', '-Xmx1g', logger, '-cp', (await classpath()).join(':'), program]
}
