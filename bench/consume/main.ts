import { compareReaders } from './bench.ts'
import { own, peers, yardsticks } from './contestants.ts'
import { workloads } from './workloads.ts'

export async function main(args: readonly string[]): Promise<void> {
  await compareReaders(args, {
    command: 'consume',
    does: 'Reads messages',
    ...{ own, peers, yardsticks, workloads },
    extra: [],
  })
}
