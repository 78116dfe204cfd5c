import { loadKafkaJs } from '../../clients/kafkajs.ts'
import { type Adapter, newGroup } from './adapter.ts'

/** Modes: `eachBatch`, `eachMessage`. */
export const kafkajs: Adapter = async (task, sink) => {
  const { kafka, version } = loadKafkaJs(task, task.compression)
  const consumer = kafka.consumer({ groupId: newGroup() })
  await consumer.connect()
  await consumer.subscribe({ topics: [task.topic], fromBeginning: true })
  const eachBatch = async ({ batch }: { batch: { messages: readonly { value: Buffer | null }[] } }): Promise<void> => {
    for (const { value } of batch.messages) sink.add(value!)
  }
  const eachMessage = async ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
    sink.add(message.value!)
  }
  await consumer.run({ autoCommit: false, ...(task.mode === 'eachBatch' ? { eachBatch } : { eachMessage }) })
  return { version, close: () => consumer.disconnect() }
}
