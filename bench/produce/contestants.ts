/** One way in which one client sends. */
export interface Contestant {
  readonly client: string
  /** As the client's adapter calls it; with `idempotent: false` it is said beside the name. */
  readonly mode: string
  readonly idempotent: boolean
  /** Ids of workloads. */
  readonly workloads: readonly string[]
  /** At least so long is sent before the measuring begins; by default 2 seconds. */
  readonly warmUpMs?: number
}

const throughput = ['P1', 'P2', 'P3']
const latency = ['P4', 'P5']
const all = [...throughput, ...latency]

const samsa = { client: 'samsa', idempotent: true }
const confluent = { client: '@confluentinc/kafka-javascript', idempotent: false }

/** samsa, and what it cannot be faster than. */
export const own: readonly Contestant[] = [
  { client: 'bare', mode: '', idempotent: false, workloads: ['P1', 'P2', 'P5'] },
  { ...samsa, mode: 'enqueue', workloads: [...throughput, 'memory'] },
  { ...samsa, mode: 'enqueue', idempotent: false, workloads: ['P1'] },
  { ...samsa, mode: 'send', workloads: all },
  { ...samsa, mode: 'send', idempotent: false, workloads: ['P1'] },
]

/** Other clients for Node, each as it is by default but for acks. */
export const peers: readonly Contestant[] = [
  { client: 'kafkajs', mode: 'send', idempotent: false, workloads: all },
  { client: '@platformatic/kafka', mode: 'send', idempotent: false, workloads: all },
  { client: 'kafka-ts', mode: 'send', idempotent: true, workloads: all },
  { ...confluent, mode: 'produce', workloads: throughput },
  { ...confluent, mode: 'reports', workloads: throughput },
  { ...confluent, mode: 'send', workloads: latency },
]

/** Clients for other languages. Java compiles for long what runs often, at the cost of what is measured meanwhile. */
export const yardsticks: readonly Contestant[] = [
  { client: 'java', mode: 'send', idempotent: true, workloads: all, warmUpMs: 10_000 },
  { client: 'franz-go', mode: 'produce', idempotent: true, workloads: all },
]

export function nameOf({ client, mode, idempotent }: Contestant): string {
  const unusual = client === 'samsa' && !idempotent ? ', not idempotent' : ''
  return `${client} ${mode}`.trim() + unusual
}
