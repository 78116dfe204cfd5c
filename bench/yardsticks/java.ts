import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { classpath } from '../../scripts/kafka/maven.ts'
import { run, tail } from '../../scripts/kafka/run.ts'

const programs = { produce: 'Produce', consume: 'Consume', join: 'Join' }
const sources = ['Yardstick', ...Object.values(programs)].map(name =>
  fileURLToPath(new URL(`./${name}.java`, import.meta.url)),
)

/** The command that runs Java's client; it takes a task and tells a report, as `child.ts` does. */
export async function java(command: keyof typeof programs, target: string): Promise<string[]> {
  const jars = await classpath()
  const classes = join(target, 'java')
  if (!existsSync(classes)) {
    const { code, output } = await run('javac', ['-cp', jars.join(':'), '-d', classes, ...sources])
    if (code === 127) throw new Error('javac is not installed')
    if (code !== 0) throw new Error(`it could not be compiled: ${tail(output, 5)}`)
  }
  const logger = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
  return ['java', '-Xmx1g', logger, '-cp', [classes, ...jars].join(':'), programs[command]]
}
