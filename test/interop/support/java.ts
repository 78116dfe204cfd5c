import { fileURLToPath } from 'node:url'
import { javaProgram } from '../../../scripts/kafka/java-program.ts'
import { run } from '../../../scripts/kafka/run.ts'
import { KafkaUnavailableError } from '../../../scripts/kafka/unavailable.ts'

const program = fileURLToPath(new URL('../JavaGroups.java', import.meta.url))

/** What each command of `JavaGroups.java` gives. */
interface Answers {
  groups: Record<
    string,
    { state: string; assignor: string; members: number; read: string[]; committed: number; left: number }
  >
  transactions: { open: string; topics: string[]; committed: number; seen: string[] }
  fenced: { error: string }
  hanging: { before: number; after: number }
  passwords: Record<string, string[]>
}

/**
 * Has Java's client do something on a cluster; see `JavaGroups.java` for what, and with which particulars.
 *
 * @throws {KafkaUnavailableError} where there is no Java, or no jars
 */
export async function java<C extends keyof Answers>(
  command: C,
  brokers: readonly string[],
  task: object,
): Promise<Answers[C]> {
  const particulars = JSON.stringify({ bootstrap: brokers.join(','), ...task })
  const { code, output } = await run('java', [...(await javaProgram(program)), command, particulars], {
    timeoutMs: 55_000,
  })
  if (code === 127) throw new KafkaUnavailableError('java is not installed')
  const last = output.split('\n').findLast(line => line.startsWith('{'))
  if (code !== 0 || last === undefined) throw new Error(`JavaGroups.java ${command} failed:\n${output}`)
  return JSON.parse(last) as Answers[C]
}
