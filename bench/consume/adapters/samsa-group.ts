import type { Kafka } from '../../../src/index.ts'
import type { Task } from '../task.ts'
import { newGroup, type Sink } from './adapter.ts'

/** How a group reads, by mode; all mark what they have read, which is committed every second. */
export const groupModes: Readonly<Record<string, (kafka: Kafka, task: Task, sink: Sink) => Promise<void>>> = {
  async 'group batches'(kafka, { topic }, sink) {
    await oldest(kafka).consume([topic], {
      async consumeClaim(session, claim) {
        for await (const batch of claim.batches()) {
          for (const message of batch) sink.add(message.value!)
          session.markBatch(batch)
        }
      },
    })
  },
  async 'group claims'(kafka, { topic }, sink) {
    await oldest(kafka).consume([topic], {
      async consumeClaim(session, claim) {
        for await (const message of claim) {
          sink.add(message.value!)
          session.markMessage(message)
        }
      },
    })
  },
  async 'group eachMessage'(kafka, { topic }, sink) {
    await oldest(kafka).run([topic], { eachMessage: message => sink.add(message.value!) })
  },
  async 'group messages()'(kafka, { topic }, sink) {
    for await (const message of oldest(kafka).messages([topic])) sink.add(message.value!)
  },
}

function oldest(kafka: Kafka) {
  return kafka.consumerGroup(newGroup(), { offsets: { initial: 'oldest' } })
}
