import type { Contestant } from '../contest.ts'

/** One way in which one client sends. */
export interface Sending extends Contestant {
  readonly idempotent: boolean
  /** At least so long is sent before the measuring begins; by default 2 seconds. */
  readonly warmUpMs?: number
}

const throughput = ['P1', 'P2', 'P3']
const latency = ['P4', 'P5']
const all = [...throughput, ...latency]

const samsa = { client: 'samsa', idempotent: true }
const plain = { client: 'samsa', idempotent: false, note: 'not idempotent' }
const confluent = { client: '@confluentinc/kafka-javascript', idempotent: false }

/** samsa, and what it cannot be faster than. */
export const own: readonly Sending[] = [
  { client: 'bare', mode: '', idempotent: false, workloads: ['P1', 'P2', 'P5'] },
  { ...samsa, mode: 'enqueue', workloads: [...throughput, 'memory'] },
  { ...plain, mode: 'enqueue', workloads: ['P1'] },
  { ...samsa, mode: 'send', workloads: all },
  { ...plain, mode: 'send', workloads: ['P1'] },
]

/** Other clients for Node, each as it is by default but for acks, and for a linger where loops wait for each message. */
export const peers: readonly Sending[] = [
  { client: 'kafkajs', mode: 'send', idempotent: false, workloads: all },
  { client: '@platformatic/kafka', mode: 'send', idempotent: false, workloads: all },
  { client: 'kafka-ts', mode: 'send', idempotent: true, workloads: all },
  { client: '@kafkats/client', mode: 'send', idempotent: false, workloads: all },
  { ...confluent, mode: 'produce', workloads: throughput },
  { ...confluent, mode: 'reports', workloads: throughput },
  { ...confluent, mode: 'send', workloads: latency },
]

/** Clients for other languages. Java compiles for long what runs often, at the cost of what is measured meanwhile. */
export const yardsticks: readonly Sending[] = [
  { client: 'java', mode: 'send', idempotent: true, workloads: all, warmUpMs: 10_000 },
  { client: 'franz-go', mode: 'produce', idempotent: true, workloads: all },
]
