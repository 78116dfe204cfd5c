import { loadSamsa } from '../../clients/samsa.ts'
import { type Adapter, rotation } from './adapter.ts'

/** How many promises are waited for together; as many again are made meanwhile. */
const WINDOW = 10_000

/** Modes: `enqueue`, and `send` with a promise for each message. */
export const samsa: Adapter = async (task, values) => {
  const { mode, topic, idempotent, compression } = task
  const { kafka, version } = await loadSamsa(task)
  const producer = kafka.producer({ idempotent, compression })
  const next = rotation(values)

  const enqueueMany = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      const message = { topic, value: next() }
      while (!producer.enqueue(message)) await producer.ready()
    }
    await producer.flush()
    return count
  }
  const sendMany = async (count: number): Promise<number> => {
    let before: Promise<unknown> = Promise.resolve()
    for (let sent = 0; sent < count; sent += WINDOW) {
      const length = Math.min(WINDOW, count - sent)
      const window = Promise.all(Array.from({ length }, () => producer.send({ topic, value: next() })))
      await before
      before = window
    }
    await before
    return count
  }
  return {
    version,
    sendMany: mode === 'enqueue' ? enqueueMany : sendMany,
    sendOne: () => producer.send({ topic, value: next() }),
    close: () => kafka.close(),
  }
}
