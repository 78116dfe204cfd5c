import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../build.ts'
import { startCluster } from '../cluster.ts'
import { parseOptions } from '../command-line.ts'
import { Commands } from '../commands.ts'
import { compare } from '../compare.ts'
import type { Contest } from '../contest.ts'
import { Topics } from '../kafka.ts'
import { makeValues } from '../values.ts'
import { own, peers, type Sending, yardsticks } from './contestants.ts'
import { Runner } from './runner.ts'
import { showWorkload } from './show.ts'
import { PARTITIONS, type SendWorkload, workloads } from './workloads.ts'

/** So that what was sent to the in-process cluster does not fill the memory. */
const RETENTION_BYTES = 32 << 20

const contest: Contest<Sending, SendWorkload> = {
  command: 'produce',
  does: 'Sends messages',
  ...{ own, peers, yardsticks, workloads },
  extra: ['memory'],
}

export async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, contest)
  await build(['produce/child.ts', 'produce/slow-proxy.ts'])
  await using cluster = await startCluster(options.cluster, RETENTION_BYTES)
  const folder = await mkdtemp(join(tmpdir(), 'samsa-bench-'))
  const topics = new Topics(cluster.bootstrap)
  try {
    const valuesFile = (bytes: number): string => join(folder, `values-${bytes}`)
    for (const { valueBytes } of options.workloads) await writeFile(valuesFile(valueBytes), makeValues(valueBytes))
    const commands = new Commands('produce', options.node, folder)
    const runner = new Runner({ commands, brokers: cluster.bootstrap, topics, valuesFile })
    console.log(`${cluster.label}, ${cpus().length} × ${cpus()[0]?.model}, ${await commands.nodeVersion()}`)
    console.log(`acks -1, no keys, ${PARTITIONS} partitions, medians of ${options.rounds} rounds\n`)
    await compare(options, (contestant, workload) => runner.run(contestant, workload), showWorkload)
  } finally {
    await topics.close()
    await rm(folder, { recursive: true, force: true })
  }
}
