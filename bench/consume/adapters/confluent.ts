import { type ConfluentLibrary, loadConfluent } from '../../clients/confluent.ts'
import type { Task } from '../task.ts'
import { type Adapter, newGroup, type Reader, type Sink } from './adapter.ts'

/** How many messages are asked for at a time. */
const MOST = 1_000

/** librdkafka. Modes: `consume`, many messages at a time; `eachMessage`, by its interface in the manner of kafkajs. */
export const confluent: Adapter = async (task, sink) => {
  const { library, version } = loadConfluent(task, task.compression)
  const connect = task.mode === 'consume' ? byConsumer : byKafkaJs
  return { version, ...(await connect(library, task, sink)) }
}

type Connected = Omit<Reader, 'version'>

async function byConsumer({ KafkaConsumer }: ConfluentLibrary, task: Task, sink: Sink): Promise<Connected> {
  const consumer = new KafkaConsumer(settings(task), { 'auto.offset.reset': 'earliest' })
  await new Promise<void>((resolve, reject) => consumer.connect({}, error => (error ? reject(error) : resolve())))
  const offset = 0
  consumer.assign(Array.from({ length: task.partitions }, (_, partition) => ({ topic: task.topic, partition, offset })))
  const consume = (): void =>
    consumer.consume(MOST, (error, messages) => {
      if (error) throw error
      for (const { value } of messages) sink.add(value)
      consume()
    })
  consume()
  return { close: () => new Promise<void>(resolve => consumer.disconnect(() => resolve())) }
}

async function byKafkaJs({ KafkaJS }: ConfluentLibrary, task: Task, sink: Sink): Promise<Connected> {
  const consumer = new KafkaJS.Kafka({}).consumer({ ...settings(task), 'auto.offset.reset': 'earliest' })
  await consumer.connect()
  await consumer.subscribe({ topics: [task.topic] })
  await consumer.run({ eachMessage: async ({ message }) => sink.add(message.value) })
  return { close: () => consumer.disconnect() }
}

function settings({ brokers }: Task): object {
  return { 'bootstrap.servers': brokers.join(','), 'group.id': newGroup(), 'enable.auto.commit': false }
}
