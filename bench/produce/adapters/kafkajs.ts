import { loadKafkaJs } from '../../clients/kafkajs.ts'
import { type Adapter, rotation, sendArrays } from './adapter.ts'

const ARRAYS = { size: 5_000, inFlight: 3 }

export const kafkajs: Adapter = async (task, values) => {
  const { topic, idempotent, valueBytes } = task
  const { kafka, Partitioners, compression, version } = loadKafkaJs(task, task.compression)
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent })
  await producer.connect()
  const next = rotation(values)
  const send = (length: number): Promise<unknown> =>
    producer.send({ topic, compression, acks: -1, messages: Array.from({ length }, () => ({ value: next() })) })
  return {
    version,
    sendMany: count => sendArrays(count, valueBytes, ARRAYS, send),
    sendOne: () => send(1),
    close: () => producer.disconnect(),
  }
}
