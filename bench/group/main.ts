import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../build.ts'
import { startCluster } from '../cluster.ts'
import { parseOptions } from '../command-line.ts'
import { Commands } from '../commands.ts'
import { compare } from '../compare.ts'
import { Runner } from '../consume/runner.ts'
import { showWorkload } from '../consume/show.ts'
import { PARTITIONS, type ReadWorkload } from '../consume/workloads.ts'
import type { Contest, Contestant } from '../contest.ts'
import { Topics } from '../kafka.ts'
import { own } from './contestants.ts'
import { showJoins, showRebalance } from './rebalancing.ts'

const workloads: readonly ReadWorkload[] = [
  {
    id: 'G1',
    title: '2,000,000 of 100 B',
    load: 'throughput',
    valueBytes: 100,
    compression: 'none',
    messages: 3_000_000,
    warmUpMessages: 1_000_000,
  },
]

const contest: Contest<Contestant, ReadWorkload> = {
  command: 'group',
  does: 'Reads messages in groups and without them, and has members join,',
  ...{ own, peers: [], yardsticks: [], workloads },
  extra: [],
}

export async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, contest)
  await build(['consume/child.ts', 'consume/lone-sender.ts', 'group/join.ts', 'group/rebalance.ts'])
  await using cluster = await startCluster(options.cluster)
  const folder = await mkdtemp(join(tmpdir(), 'samsa-bench-'))
  const topics = new Topics(cluster.bootstrap)
  const commands = new Commands('consume', options.node, folder)
  const runner = new Runner({ commands, brokers: cluster.bootstrap, topics })
  try {
    console.log(`${cluster.label}, ${cpus().length} × ${cpus()[0]?.model}, ${await commands.nodeVersion()}`)
    console.log(`no keys, ${PARTITIONS} partitions, medians of ${options.rounds} rounds\n`)
    await compare(options, (contestant, workload) => runner.run(contestant, workload), showWorkload)
    await showJoins(cluster, topics, commands, folder, options.rounds)
    await showRebalance(commands)
  } finally {
    await runner.close()
    await topics.close()
    await rm(folder, { recursive: true, force: true })
  }
}
