import { loadKafkaTs } from '../../clients/kafka-ts.ts'
import type { Adapter } from './adapter.ts'

/** Instead of a time: the start of the log. */
const EARLIEST = -2n

/** Reads without a group, and gives values as text. */
export const kafkaTs: Adapter = async (task, sink) => {
  const { kafka, version } = loadKafkaTs(task)
  const consumer = await kafka.startConsumer({
    topics: [task.topic],
    fromTimestamp: EARLIEST,
    onBatch: messages => {
      for (const { value } of messages) sink.add(value!)
    },
  })
  return { version, close: () => consumer.close() }
}
