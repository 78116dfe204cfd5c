import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GroupPlan, PlanMember, PlanTopic, TopicPartitions } from '../../../src/group/assignors/strategy.ts'
import { runJava } from './java.ts'

const program = fileURLToPath(new URL('../JavaAssignors.java', import.meta.url))

/** A group whose partitions are to be shared out. */
export interface Group {
  readonly topics: readonly PlanTopic[]
  readonly members: readonly PlanMember[]
}

/** What ConsumerProtocolSubscription and ConsumerProtocolAssignment carry; bytes are base64. */
export interface Said {
  readonly topics: readonly string[]
  readonly userData: string | null
  readonly ownedPartitions: readonly TopicPartitions[]
  readonly generationId: number
  readonly rackId: string | null
  readonly partitions: readonly TopicPartitions[]
  readonly assignmentUserData: string | null
}

/** Tasks for `JavaAssignors.java`, which says what they ask for. */
export type Task =
  | ({ readonly do: 'plan'; readonly strategy: string } & Group)
  | {
      readonly do: 'user-data'
      readonly strategy: string
      readonly topics: readonly string[]
      readonly assignment: readonly TopicPartitions[] | null
      readonly generationId: number
    }
  | { readonly do: 'read'; readonly subscription: string; readonly assignment: string }
  | ({ readonly do: 'write'; readonly version: number } & Said)

/**
 * Has Java's assignors do tasks; needs no broker.
 *
 * @throws {KafkaUnavailableError} where there is no Java, or no jars
 */
export async function javaAssignors(tasks: readonly Task[]): Promise<unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-assignors-'))
  try {
    const file = join(folder, 'tasks.json')
    await writeFile(file, JSON.stringify(tasks, base64))
    return (await runJava(program, file)) as unknown[]
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Java's plans for groups. */
export async function javaPlans(strategy: string, groups: readonly Group[]): Promise<GroupPlan[]> {
  const answers = await javaAssignors(groups.map(group => ({ do: 'plan', strategy, ...group })))
  return answers.map(
    answer => new Map(Object.entries(answer as Record<string, { topic: string; partition: number }[]>)),
  )
}

/** A Buffer has made itself an object of numbers by the time that a replacer sees it. */
function base64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key]
  return Buffer.isBuffer(raw) ? raw.toString('base64') : value
}
