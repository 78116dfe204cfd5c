/**
 * A lock made of Redis and Kafka, for programs that must not do something at the same time (examples/redis-lock/lock.ts).
 *
 *     docker compose --profile one --profile redis up --detach
 *     npx tsx examples/redis-lock.ts
 *
 * KAFKA_BROKERS and REDIS_URL say where the two are, if not on this machine.
 */
import { createClient } from 'redis'
import { Kafka } from 'samsa'
import { Lock } from './redis-lock/lock.ts'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'redis-lock' })
const redis = createClient({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' })
await redis.connect()

const topic = `locks-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error

const account = `account-${Date.now()}`
const name = `lock of ${account}`
const lock = new Lock({ redis, kafka, topic, name })

// To read a balance and write back another one takes a lock: without it both of two who read 0 would write 10.
async function deposit(clerk: string) {
  await using held = await lock.acquire()
  const balance = Number(await redis.get(account))
  await redis.set(account, balance + 10)
  console.log(`${clerk} makes it ${balance + 10}${held.fence === 0n ? ', as the first of all' : ''}`)
}
await Promise.all(['alice', 'bob', 'carol', 'dave', 'erin'].map(deposit))

// A holder that dies announces nothing. When its time has run out, those who wait try again.
const dead = await new Lock({ redis, kafka, topic, name, ttlMs: 500 }).acquire()
const next = await lock.acquire()
console.log(
  `the next holder did not wait for ever, and has a fence that is ${next.fence > dead.fence ? 'higher' : 'lower'}`,
)

// It was not dead but slow. It cannot release what is no longer its own.
console.log(`the slow one releases the lock: ${await dead.release()}`)
console.log(`the next one releases the lock: ${await next.release()}`)

// The topic is also a record of who had the lock, and when.
console.log(`${await kafka.client.getOffset(topic, 0, 'newest')} announcements were made`)

await redis.del(account)
await redis.close()
await kafka.close()
