/** One client, one workload, in a process of its own. */
import { readFileSync } from 'node:fs'
import { reportOn } from '../child-report.ts'
import { peakRssBytes } from '../rss.ts'
import { cutValues } from '../values.ts'
import type { Adapter } from './adapters/adapter.ts'
import { latency } from './loads/latency.ts'
import { memory } from './loads/memory.ts'
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

const loads = { throughput, latency, memory }

await reportOn(async (task: Task) => {
  const values = cutValues(readFileSync(task.valuesFile), task.valueBytes)
  const startRssBytes = process.memoryUsage.rss()
  const connect = await adapters[task.client]!()
  const sender = await connect(task, values)
  const measured = await loads[task.load](sender, task)
  await sender.close()
  return { version: sender.version, ...measured, startRssBytes, peakRssBytes: peakRssBytes() }
})
