// A member of a group that tells what befalls it. Of a message that says "hold" it commits only when it is told to go on.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type BrokerError, Kafka } from '../../../src/index.ts'

const [brokers = '', groupId = '', topic = '', sessionTimeoutMs = ''] = process.argv.slice(2)
const told = createInterface(process.stdin)
const kafka = new Kafka({ brokers, logger: { debug() {}, info() {}, warn() {}, error: console.error } })
const group = kafka.consumerGroup(groupId, {
  offsets: { initial: 'oldest', autoCommit: { enable: false } },
  group: { sessionTimeoutMs: Number(sessionTimeoutMs), heartbeatIntervalMs: Number(sessionTimeoutMs) / 5 },
})
await group.consume([topic], {
  setup({ claims }) {
    console.log('assigned', claims.flatMap(({ partitions }) => partitions).join())
  },
  async consumeClaim(session, claim) {
    for await (const message of claim) {
      console.log('read', message.partition, `${message.value}`)
      session.markMessage(message)
      if (`${message.value}` === 'hold') await once(told, 'line')
      const outcome = await session.commit().then(
        () => 'committed',
        (error: BrokerError) => `refused ${error.code}`,
      )
      console.log(outcome)
    }
  },
  onLost() {
    console.log('lost')
  },
})
