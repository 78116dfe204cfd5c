/**
 * Writes to one partition and reads from it, step by step: what kafka-go does with the Conn of a DialLeader.
 *
 *     npx tsx scripts/with-kafka.ts examples/dial-leader.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/dial-leader.ts    a Kafka that runs already
 */
import { Kafka } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'dial-leader' })

const topic = `dial-leader-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error

const connection = await kafka.dialLeader(topic, 0)

// SetWriteDeadline and SetReadDeadline are signals here, each for the call that it is given to.
const [one] = await connection.writeMessages([{ value: 'one!' }, { value: 'two!' }, { value: 'three!' }], {
  signal: AbortSignal.timeout(10_000),
})
console.log(`wrote three messages, from offset ${one?.offset} on`)

// At least 1 byte, so that it waits for something to be there, and at most a million.
const batch = await connection.readBatch(1, 1_000_000, { signal: AbortSignal.timeout(10_000) })
for (const { offset, value } of batch) console.log(`read offset ${offset}: ${value}`)

const { first, last } = await connection.readOffsets()
console.log(`the log reaches from ${first} to ${last}, and the next read begins at ${connection.offset}`)

// Back to the middle, and on by single messages.
await connection.seek(1n)
console.log(`after the seek: ${(await connection.readMessage()).value}`)
console.log(`and then: ${(await connection.readMessage()).value}`)

// There is nothing more to read, so this takes as long as it may.
try {
  await connection.readMessage({ signal: AbortSignal.timeout(100) })
} catch (error) {
  if ((error as Error).name !== 'TimeoutError') throw error
  console.log('nothing more came in a tenth of a second')
}

await connection.close()
await kafka.close()
