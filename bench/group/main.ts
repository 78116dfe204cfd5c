import { compareReaders } from '../consume/bench.ts'
import type { ReadWorkload } from '../consume/workloads.ts'
import { own } from './contestants.ts'
import { showJoins, showRebalance } from './rebalancing.ts'

const workloads: readonly ReadWorkload[] = [
  {
    id: 'G1',
    title: '8,000,000 of 100 B',
    load: 'throughput',
    valueBytes: 100,
    compression: 'none',
    messages: 9_000_000,
    warmUpMessages: 1_000_000,
  },
]

export async function main(args: readonly string[]): Promise<void> {
  const contest = {
    command: 'group',
    does: 'Reads messages in groups and without them, and has members join,',
    ...{ own, peers: [], yardsticks: [], workloads },
    extra: [],
  }
  const programs = ['group/join.ts', 'group/rebalance.ts']
  await compareReaders(args, contest, programs, async ({ cluster, topics, commands, folder, options }) => {
    await showJoins(cluster, topics, commands, folder, options.rounds)
    await showRebalance(commands)
  })
}
