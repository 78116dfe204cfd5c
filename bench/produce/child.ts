/** One client, one workload, in a process of its own: its argument is a Task, the last line that it prints a Report. */
import { readFileSync } from 'node:fs'
import { cutValues } from '../values.ts'
import { type Adapter, UnavailableError } from './adapters/adapter.ts'
import { latency } from './loads/latency.ts'
import { memory } from './loads/memory.ts'
import { throughput } from './loads/throughput.ts'
import { peakRssBytes } from './rss.ts'
import type { Report, Task } from './task.ts'

// Loaded when it is its turn, so that no client's memory is counted as another's.
const adapters: Readonly<Record<string, () => Promise<Adapter>>> = {
  samsa: async () => (await import('./adapters/samsa.ts')).samsa,
  kafkajs: async () => (await import('./adapters/kafkajs.ts')).kafkajs,
  '@platformatic/kafka': async () => (await import('./adapters/platformatic.ts')).platformatic,
  'kafka-ts': async () => (await import('./adapters/kafka-ts.ts')).kafkaTs,
  '@confluentinc/kafka-javascript': async () => (await import('./adapters/confluent.ts')).confluent,
  bare: async () => (await import('./adapters/bare.ts')).bare,
}

const loads = { throughput, latency, memory }

async function report(task: Task): Promise<Report> {
  const values = cutValues(readFileSync(task.valuesFile), task.valueBytes)
  const startRssBytes = process.memoryUsage.rss()
  try {
    const connect = await adapters[task.client]!()
    const sender = await connect(task, values)
    const measured = await loads[task.load](sender, task)
    await sender.close()
    return { version: sender.version, ...measured, startRssBytes, peakRssBytes: peakRssBytes() }
  } catch (error) {
    if (error instanceof UnavailableError) return { unavailable: error.message }
    throw error
  }
}

const text = JSON.stringify(await report(JSON.parse(process.argv[2]!) as Task))
// Clients may leave timers and sockets behind.
process.stdout.write(`${text}\n`, () => process.exit())
