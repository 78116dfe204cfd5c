import { loadSamsa } from '../../clients/samsa.ts'
import type { Adapter } from './adapter.ts'

/** Modes: `batches`, and `messages`, which awaits each of them. */
export const samsa: Adapter = async (task, sink) => {
  const { kafka, version } = await loadSamsa(task)
  const reading = kafka.consumer().consume(task.topic, { from: 'oldest' })
  const readBatches = async (): Promise<void> => {
    for await (const batch of reading.batches()) for (const message of batch) sink.add(message.value!)
  }
  const readMessages = async (): Promise<void> => {
    for await (const message of reading) sink.add(message.value!)
  }
  const ended = task.mode === 'batches' ? readBatches() : readMessages()
  return {
    version,
    async close() {
      await kafka.close()
      await ended
    },
  }
}
