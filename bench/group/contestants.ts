import type { Contestant } from '../contest.ts'

const modes = [
  ...['batches', 'group batches'],
  ...['partitions', 'group claims', 'group eachMessage'],
  ...['messages', 'group messages()'],
]

/** samsa without a group, and next to each way the same within one. */
export const own: readonly Contestant[] = modes.map(mode => ({ client: 'samsa', mode, workloads: ['G1'] }))
