/** One client, one workload, in a process of its own. */
import { reportOn } from '../child-report.ts'
import { peakRssBytes } from '../rss.ts'
import type { Adapter, Reader } from './adapters/adapter.ts'
import { idle } from './loads/idle.ts'
import { latency } from './loads/latency.ts'
import { throughput } from './loads/throughput.ts'
import type { Task } from './task.ts'

// Loaded when it is its turn, so that no client's memory is counted as another's.
const adapters: Readonly<Record<string, () => Promise<Adapter>>> = {
  samsa: async () => (await import('./adapters/samsa.ts')).samsa,
  kafkajs: async () => (await import('./adapters/kafkajs.ts')).kafkajs,
  '@platformatic/kafka': async () => (await import('./adapters/platformatic.ts')).platformatic,
  'kafka-ts': async () => (await import('./adapters/kafka-ts.ts')).kafkaTs,
  '@kafkats/client': async () => (await import('./adapters/kafkats.ts')).kafkats,
  '@confluentinc/kafka-javascript': async () => (await import('./adapters/confluent.ts')).confluent,
  bare: async () => (await import('./adapters/bare.ts')).bare,
}

const loads = { throughput, latency, idle }

await reportOn(async (task: Task) => {
  const startRssBytes = process.memoryUsage.rss()
  const connect = await adapters[task.client]!()
  let reader: Reader | undefined
  const measured = await loads[task.load](async sink => {
    reader = await connect(task, sink)
  }, task)
  // To close some clients in the middle of it takes them long; it is not what is measured, and the process ends now.
  return { version: reader!.version, ...measured, startRssBytes, peakRssBytes: peakRssBytes() }
})
