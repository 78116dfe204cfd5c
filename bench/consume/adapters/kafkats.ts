import { loadKafkats } from '../../clients/kafkats.ts'
import { type Adapter, newGroup } from './adapter.ts'

/** Modes: `runBatch`, `runEach`. */
export const kafkats: Adapter = async (task, sink) => {
  const { kafka, version } = await loadKafkats(task, task.compression)
  const consumer = kafka.consumer({ groupId: newGroup(), autoOffsetReset: 'earliest' })
  const options = { autoCommit: false, commitOffsets: false }
  const running =
    task.mode === 'runBatch'
      ? consumer.runBatch(
          task.topic,
          async messages => {
            for (const { value } of messages) sink.add(value)
          },
          options,
        )
      : consumer.runEach(task.topic, async ({ value }) => sink.add(value), options)
  return {
    version,
    async close() {
      consumer.stop()
      await running
      await kafka.disconnect()
    },
  }
}
