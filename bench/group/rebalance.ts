/** Members of one group, and the cluster, in this process: prints how many milliseconds rebalances of 1,000 partitions take. */
import { setTimeout } from 'node:timers/promises'
import { type ConsumerGroup, Kafka } from 'samsa'
import { MockCluster } from 'samsa/testing'

const PARTITIONS = 1_000
const MEMBERS = 10
const ROUNDS = 5
/** Members learn of a rebalance with a heartbeat: what is measured is not how long they wait for that. */
const HEARTBEAT_MS = 20

const topic = 'wide'
const cluster = await MockCluster.start({ topics: { [topic]: { partitions: PARTITIONS } } })
const members: { readonly kafka: Kafka; readonly group: ConsumerGroup; readonly consuming: Promise<void> }[] = []

function join(): void {
  const kafka = new Kafka({ brokers: cluster.brokers })
  const group = kafka.consumerGroup('many', { group: { heartbeatIntervalMs: HEARTBEAT_MS } })
  const consuming = group.consume([topic], {
    async consumeClaim(session, claim) {
      for await (const batch of claim.batches()) session.markBatch(batch)
    },
  })
  members.push({ kafka, group, consuming })
}

async function leave(): Promise<void> {
  const { kafka, consuming } = members.shift()!
  await kafka.close()
  await consuming
}

/** Waits until each has its share, and reads it: the brokers have answered for each partition. */
async function shared(): Promise<void> {
  const share = Math.floor(PARTITIONS / members.length)
  const isShare = (count: number) => count === share || count === share + 1
  const isReading = ({ group }: (typeof members)[number]) =>
    isShare(group.assignment[0]?.partitions.length ?? 0) && isShare(group.lag().get(topic)?.size ?? 0)
  while (!members.every(isReading)) await setTimeout(1)
}

while (members.length < MEMBERS) join()
await shared()
const millis: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  await leave()
  await shared()
  const before = performance.now()
  join()
  await shared()
  millis.push(performance.now() - before)
}
await Promise.all(members.map(({ kafka }) => kafka.close()))
await cluster.stop()
console.log(JSON.stringify({ millis }))
