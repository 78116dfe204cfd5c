import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../build.ts'
import { type BenchCluster, startCluster } from '../cluster.ts'
import { type Options, parseOptions } from '../command-line.ts'
import { Commands } from '../commands.ts'
import { compare } from '../compare.ts'
import type { Contest, Contestant } from '../contest.ts'
import { Topics } from '../kafka.ts'
import { Runner } from './runner.ts'
import { showWorkload } from './show.ts'
import { PARTITIONS, type ReadWorkload } from './workloads.ts'

/** What a benchmark of reading has at hand. */
export interface Bench {
  readonly cluster: BenchCluster
  readonly topics: Topics
  readonly commands: Commands
  /** For files, while it lasts. */
  readonly folder: string
  readonly options: Options<Contestant, ReadWorkload>
}

/** Has clients read what a topic holds, and shows how they compare; then does `more`, with programs that are built as well. */
export async function compareReaders(
  args: readonly string[],
  contest: Contest<Contestant, ReadWorkload>,
  morePrograms: readonly string[] = [],
  more: (bench: Bench) => Promise<void> = async () => {},
): Promise<void> {
  const options = parseOptions(args, contest)
  await build(['consume/child.ts', 'consume/lone-sender.ts', ...morePrograms])
  await using cluster = await startCluster(options.cluster)
  const folder = await mkdtemp(join(tmpdir(), 'samsa-bench-'))
  const topics = new Topics(cluster.bootstrap)
  const commands = new Commands('consume', options.node, folder)
  const runner = new Runner({ commands, brokers: cluster.bootstrap, topics })
  try {
    console.log(`${cluster.label}, ${cpus().length} × ${cpus()[0]?.model}, ${await commands.nodeVersion()}`)
    console.log(`no keys, ${PARTITIONS} partitions, medians of ${options.rounds} rounds\n`)
    await compare(options, (contestant, workload) => runner.run(contestant, workload), showWorkload)
    await more({ cluster, topics, commands, folder, options })
  } finally {
    await runner.close()
    await topics.close()
    await rm(folder, { recursive: true, force: true })
  }
}
