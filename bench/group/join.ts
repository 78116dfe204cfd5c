/** A second member joins an idle group, again and again: prints how many milliseconds it takes until both have their share. */
import { setTimeout } from 'node:timers/promises'
import type { Kafka } from '../../src/index.ts'
import { loadSamsa } from '../clients/samsa.ts'
import type { JoinTask } from './task.ts'

const task = JSON.parse(process.argv[2]!) as JoinTask

function join(kafka: Kafka) {
  const { topic, heartbeatIntervalMs } = task
  const group = kafka.consumerGroup(`joined-${process.pid}`, { group: { heartbeatIntervalMs } })
  const consuming = group.consume([topic], {
    async consumeClaim(session, claim) {
      for await (const batch of claim.batches()) session.markBatch(batch)
    },
  })
  return { kafka, consuming, count: () => group.assignment[0]?.partitions.length ?? 0 }
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await setTimeout(1)
}

const first = join((await loadSamsa(task)).kafka)
const millis: number[] = []
for (let round = 0; round < task.rounds; round++) {
  await until(() => first.count() === task.partitions)
  // So that the heartbeat that tells of the rebalance is as far as chance has it.
  await setTimeout(Math.random() * task.heartbeatIntervalMs)
  const { kafka } = await loadSamsa(task)
  const before = performance.now()
  const second = join(kafka)
  await until(() => first.count() === task.partitions / 2 && second.count() === task.partitions / 2)
  millis.push(performance.now() - before)
  await kafka.close()
  await second.consuming
}
await first.kafka.close()
console.log(JSON.stringify({ millis }))
