import { fileURLToPath } from 'node:url'
import { javaProgram } from '../../../scripts/kafka/java-program.ts'
import { run } from '../../../scripts/kafka/run.ts'
import { KafkaUnavailableError } from '../../../scripts/kafka/unavailable.ts'
import { bootstrap } from '../../support/kafka.ts'
import type { PlainMessage } from './plain.ts'

const program = fileURLToPath(new URL('../JavaClient.java', import.meta.url))

/** What each command of `JavaClient.java` gives. */
interface Answers {
  write: { readonly partition: number; readonly offset: string; readonly timestamp: number }[]
  read: (PlainMessage & { readonly timestampType: string })[]
  transactions: Readonly<Record<'committed 1' | 'committed 2' | 'committed 3' | 'aborted' | 'outside', string>>
  'delete-records': { readonly lowWatermark: string }
  interleaved: {
    readonly partition: number
    readonly offset: number
    readonly value: string
    readonly committed: boolean
  }[]
}

/**
 * Has Java's client do something on the shared broker; see `JavaClient.java` for what, and with which particulars.
 *
 * @throws {KafkaUnavailableError} where there is no Java, or no jars
 */
export async function java<C extends keyof Answers>(command: C, task: object): Promise<Answers[C]> {
  const particulars = JSON.stringify({ bootstrap: bootstrap().join(','), ...task })
  return (await runJava(program, command, particulars)) as Answers[C]
}

/**
 * Runs a Java program with Kafka's jars; gives what its last line of JSON says.
 *
 * @throws {KafkaUnavailableError} where there is no Java, or no jars
 */
export async function runJava(program: string, ...args: readonly string[]): Promise<unknown> {
  const { code, output } = await run('java', [...(await javaProgram(program)), ...args])
  if (code === 127) throw new KafkaUnavailableError('java is not installed')
  const last = output.split('\n').findLast(line => /^[[{]/.test(line))
  if (code !== 0 || last === undefined) throw new Error(`${program} failed:\n${output}`)
  return JSON.parse(last)
}
