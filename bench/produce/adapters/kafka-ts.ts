import { createRequire } from 'node:module'
import { type Adapter, rotation, sendArrays, UnavailableError } from './adapter.ts'

const ARRAYS = { size: 5_000, inFlight: 3 }

interface KafkaTs {
  createKafkaClient(options: object): {
    createProducer(options: object): { send(messages: object[]): Promise<void>; close(): Promise<void> }
  }
}

/** Always idempotent, with acks -1, and with one request on its way to a broker at a time. */
export const kafkaTs: Adapter = async ({ from, brokers, topic, compression, valueBytes }, values) => {
  if (compression !== 'none') throw new UnavailableError('its producer does not compress')
  const require = createRequire(`${from}package.json`)
  const { createKafkaClient } = require('kafka-ts') as KafkaTs
  const { version } = require(`${from}node_modules/kafka-ts/package.json`) as { version: string }
  const bootstrapServers = brokers.map(broker => {
    const [host, port] = broker.split(':')
    return { host, port: Number(port) }
  })
  const producer = createKafkaClient({ clientId: 'bench', bootstrapServers }).createProducer({
    maxBatchSize: ARRAYS.size,
  })
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
