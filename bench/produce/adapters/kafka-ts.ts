import { UnavailableError } from '../../child-report.ts'
import { loadKafkaTs } from '../../clients/kafka-ts.ts'
import { type Adapter, rotation, sendArrays } from './adapter.ts'

const ARRAYS = { size: 5_000, inFlight: 3 }

/** Always idempotent, with acks -1, and with one request on its way to a broker at a time. */
export const kafkaTs: Adapter = async (task, values) => {
  const { topic, compression, valueBytes } = task
  if (compression !== 'none') throw new UnavailableError('its producer does not compress')
  const { kafka, version } = loadKafkaTs(task)
  const producer = kafka.createProducer({ maxBatchSize: ARRAYS.size })
  // It takes strings only.
  const next = rotation(values.map(value => value.toString('latin1')))
  const send = (length: number): Promise<void> =>
    producer.send(Array.from({ length }, () => ({ topic, value: next() })))
  return {
    version,
    sendMany: count => sendArrays(count, valueBytes, ARRAYS, send),
    sendOne: () => send(1),
    close: () => producer.close(),
  }
}
