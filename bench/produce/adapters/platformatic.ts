import { loadPlatformatic } from '../../clients/platformatic.ts'
import { type Adapter, rotation, sendArrays } from './adapter.ts'

const ARRAYS = { size: 2_000, inFlight: 3 }

export const platformatic: Adapter = async (task, values) => {
  const { brokers, topic, compression, idempotent, valueBytes } = task
  const { Producer, version } = await loadPlatformatic(task)
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: brokers, acks: -1, compression, idempotent })
  const next = rotation(values)
  const send = (length: number): Promise<unknown> =>
    producer.send({ messages: Array.from({ length }, () => ({ topic, value: next() })), acks: -1 })
  return {
    version,
    sendMany: count => sendArrays(count, valueBytes, ARRAYS, send),
    sendOne: () => send(1),
    close: () => producer.close(),
  }
}
