import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { type Adapter, rotation, sendArrays, UnavailableError } from './adapter.ts'

const ARRAYS = { size: 2_000, inFlight: 3 }

interface Platformatic {
  readonly Producer: new (
    options: object,
  ) => {
    send(options: object): Promise<unknown>
    close(): Promise<void>
  }
}

export const platformatic: Adapter = async ({ from, brokers, topic, compression, idempotent, valueBytes }, values) => {
  const folder = `${from}node_modules/@platformatic/kafka/`
  const { engines, version } = createRequire(import.meta.url)(`${folder}package.json`) as {
    engines: { node: string }
    version: string
  }
  // It can be loaded by an older one, and fails when it is used.
  if (Number.parseInt(process.versions.node, 10) < Number(/\d+/.exec(engines.node)?.[0])) {
    throw new UnavailableError(`it needs Node ${engines.node}, and this is ${process.version}`)
  }
  const { Producer } = (await import(pathToFileURL(`${folder}dist/index.js`).href)) as Platformatic
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
