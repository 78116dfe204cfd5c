import type { Contestant } from '../contest.ts'

const throughput = ['C1', 'C2', 'C3']
const quiet = ['C4', 'idle']
const all = [...throughput, ...quiet]

const confluent = '@confluentinc/kafka-javascript'
const kafkats = '@kafkats/client'
const platformatic = '@platformatic/kafka'

/** samsa, and what it cannot be faster than. */
export const own: readonly Contestant[] = [
  { client: 'bare', mode: '', workloads: ['C1', 'C2', 'C4', 'idle'] },
  { client: 'samsa', mode: 'batches', workloads: all },
  { client: 'samsa', mode: 'messages', workloads: [...throughput, 'C4'] },
]

/** Other clients for Node, each as it is by default, but that nothing is committed. */
export const peers: readonly Contestant[] = [
  { client: 'kafkajs', mode: 'eachBatch', workloads: all },
  { client: 'kafkajs', mode: 'eachMessage', workloads: ['C1', 'C4'] },
  { client: 'kafka-ts', mode: 'onBatch', workloads: all },
  { client: kafkats, mode: 'runBatch', workloads: all },
  { client: kafkats, mode: 'runEach', workloads: ['C1', 'C4'] },
  { client: platformatic, mode: 'data events', workloads: all },
  { client: platformatic, mode: 'for await', workloads: ['C1', 'C4'] },
  { client: confluent, mode: 'consume', workloads: throughput },
  { client: confluent, mode: 'eachMessage', workloads: ['C1', ...quiet] },
]

/** Clients for other languages. */
export const yardsticks: readonly Contestant[] = [
  { client: 'java', mode: 'poll', workloads: all },
  { client: 'franz-go', mode: 'PollFetches', workloads: all },
]
