import { loadKafkats } from '../../clients/kafkats.ts'
import { type Adapter, rotation, sendArrays } from './adapter.ts'

const ARRAYS = { size: 5_000, inFlight: 3 }

export const kafkats: Adapter = async (task, values) => {
  const { topic, idempotent, compression, valueBytes, load } = task
  const { kafka, version } = await loadKafkats(task, compression)
  // It waits 5 ms for more by default, which would be all that is seen of it where loops wait for each message.
  const producer = kafka.producer({ idempotent, compression, ...(load === 'latency' ? { lingerMs: 0 } : {}) })
  const next = rotation(values)
  const send = (length: number): Promise<unknown> =>
    producer.send(
      topic,
      Array.from({ length }, () => ({ value: next() })),
    )
  return {
    version,
    sendMany: count => sendArrays(count, valueBytes, ARRAYS, send),
    sendOne: () => producer.send(topic, { value: next() }),
    async close() {
      await producer.disconnect()
      await kafka.disconnect()
    },
  }
}
