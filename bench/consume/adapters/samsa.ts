import { loadSamsa } from '../../clients/samsa.ts'
import type { Adapter } from './adapter.ts'
import { groupModes } from './samsa-group.ts'

/** Modes: `batches`, `messages`, which awaits each of them, `partitions`, which does so in a loop for each partition, and those of groups. */
export const samsa: Adapter = async (task, sink) => {
  const { kafka, version } = await loadSamsa(task)
  const readBatches = async (): Promise<void> => {
    for await (const batch of reading().batches()) for (const message of batch) sink.add(message.value!)
  }
  const readMessages = async (): Promise<void> => {
    for await (const message of reading()) sink.add(message.value!)
  }
  const readPartitions = async (): Promise<void> => {
    const consumer = kafka.consumer()
    const readOne = async (_: unknown, partition: number): Promise<void> => {
      for await (const message of consumer.consumePartition(task.topic, partition, { from: 'oldest' })) {
        sink.add(message.value!)
      }
    }
    await Promise.all(Array.from({ length: task.partitions }, readOne))
  }
  const reading = () => kafka.consumer().consume(task.topic, { from: 'oldest' })
  const ungrouped: Readonly<Record<string, () => Promise<void>>> = {
    batches: readBatches,
    messages: readMessages,
    partitions: readPartitions,
  }
  const ended = ungrouped[task.mode]?.() ?? groupModes[task.mode]!(kafka, task, sink)
  return {
    version,
    async close() {
      await kafka.close()
      await ended
    },
  }
}
