import type { BenchCluster } from '../cluster.ts'
import { type Commands, sourceOf } from '../commands.ts'
import type { Topics } from '../kafka.ts'
import { runChild } from '../run-child.ts'
import { median, table } from '../table.ts'
import { java } from '../yardsticks/java.ts'
import type { JoinTask } from './task.ts'

const PARTITIONS = 6
const JOINS = 15
const HEARTBEAT_MS = 200
const TIMEOUT_MS = 100_000

/** How long it takes a second member to join an idle group, of samsa and of Java, in turns. */
export async function showJoins(
  cluster: BenchCluster,
  topics: Topics,
  commands: Commands,
  folder: string,
  rounds: number,
) {
  const topic = await topics.create(PARTITIONS)
  const task: JoinTask = {
    ...{ topic, brokers: cluster.bootstrap, from: sourceOf('samsa') },
    ...{ partitions: PARTITIONS, rounds: JOINS, heartbeatIntervalMs: HEARTBEAT_MS },
  }
  const programs = {
    samsa: commands.program('join'),
    Java: await java('join', folder).catch(() => undefined),
  }
  const millis = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(programs)) {
      if (command === undefined) continue
      const [program, ...args] = [...command, JSON.stringify(task)]
      const report = (await runChild(program!, args, TIMEOUT_MS)) as { readonly millis: readonly number[] }
      millis.set(name, [...(millis.get(name) ?? []), ...report.millis])
    }
  }
  await topics.delete(topic)
  show('G2: a second member joins an idle group', millis)
}

/** How long 1,000 partitions and ten members in one process take, with the in-process cluster. */
export async function showRebalance(commands: Commands): Promise<void> {
  const [program, ...args] = commands.program('rebalance')
  const { millis } = (await runChild(program!, args, TIMEOUT_MS)) as { readonly millis: readonly number[] }
  show('G3: the tenth member joins a group with 1,000 partitions', new Map([['samsa', [...millis]]]))
}

function show(title: string, millis: ReadonlyMap<string, readonly number[]>): void {
  const rows = [...millis].map(([name, all]) => [name, median(all).toFixed(0), Math.max(...all).toFixed(0)])
  console.log(`${table([title, 'median ms', 'longest ms'], rows)}\n`)
}
