import { setTimeout as sleep } from 'node:timers/promises'
import { type ConfluentLibrary, loadConfluent } from '../../clients/confluent.ts'
import type { Task } from '../task.ts'
import { type Adapter, rotation, type Sender } from './adapter.ts'

const FLUSH_MS = 60_000
const QUEUE_FULL = -184

/**
 * librdkafka. Modes: `produce`, which learns nothing of what becomes of messages; `reports`, with a delivery report for each;
 * `send`, a promise for each, by its interface in the manner of kafkajs.
 */
export const confluent: Adapter = async (task, values) => {
  const { library, version } = loadConfluent(task, task.compression)
  const next = rotation(values)
  const connect = task.mode === 'send' ? byKafkaJs : byProducer
  return { version, ...(await connect(library, task, next)) }
}

type Connected = Omit<Sender, 'version'>

async function byKafkaJs({ KafkaJS }: ConfluentLibrary, task: Task, next: () => Buffer): Promise<Connected> {
  const { topic } = task
  const producer = new KafkaJS.Kafka({}).producer({ ...settings(task), 'linger.ms': 0 })
  await producer.connect()
  const sendOne = (): Promise<unknown> => producer.send({ topic, messages: [{ value: next() }] })
  return {
    async sendMany(count) {
      await Promise.all(Array.from({ length: count }, sendOne))
      return count
    },
    sendOne,
    close: () => producer.disconnect(),
  }
}

async function byProducer({ Producer }: ConfluentLibrary, task: Task, next: () => Buffer): Promise<Connected> {
  const { topic } = task
  const withReports = task.mode === 'reports'
  const producer = new Producer({ ...settings(task), 'linger.ms': 5, dr_cb: withReports })
  await new Promise<void>((resolve, reject) => producer.connect({}, error => (error ? reject(error) : resolve())))
  producer.setPollInBackground(true)
  let reported = 0
  let failure: Error | undefined
  if (withReports) {
    producer.on('delivery-report', error => {
      reported++
      failure ??= error ?? undefined
    })
  }
  const produced = (): boolean => {
    try {
      producer.produce(topic, null, next())
      return true
    } catch (error) {
      if ((error as { code?: number }).code !== QUEUE_FULL) throw error
      return false
    }
  }
  return {
    async sendMany(count) {
      const expected = reported + count
      for (let i = 0; i < count; i++) while (!produced()) await sleep(1)
      await new Promise<void>((resolve, reject) =>
        producer.flush(FLUSH_MS, error => (error ? reject(error) : resolve())),
      )
      while (withReports && reported < expected) await sleep(1)
      if (failure !== undefined) throw failure
      return count
    },
    sendOne: () => Promise.reject(new Error('it tells of no single message in this mode')),
    close: () => new Promise<void>(resolve => producer.disconnect(() => resolve())),
  }
}

function settings({ brokers, compression, idempotent }: Task): object {
  return {
    'bootstrap.servers': brokers.join(','),
    'compression.codec': compression,
    'enable.idempotence': idempotent,
    acks: -1,
    'queue.buffering.max.messages': 1_000_000,
    'batch.num.messages': 100_000,
  }
}
