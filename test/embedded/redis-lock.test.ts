import { randomBytes } from 'node:crypto'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type HeldLock, Lock, type Redis } from '../../examples/redis-lock/lock.ts'
import { type OrReason, orReason } from '../../scripts/kafka/unavailable.ts'
import { ClosedError, Kafka } from '../../src/index.ts'
import { output } from '../support/example.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { type RedisHandle, startRedis } from '../support/redis.ts'

needsKafka()

let redis: OrReason<RedisHandle>
beforeAll(async () => {
  redis = await orReason(startRedis)
})
afterAll(async () => {
  if (redis?.ok) await redis.value.stop()
})
beforeEach(context => {
  if (!redis.ok) context.skip(redis.reason)
})

const url = () => (redis as Extract<typeof redis, { ok: true }>).value.url

async function newRedis() {
  const client = await createClient({ url: url() }).connect()
  onTestFinished(() => client.close())
  return client
}

/** Gives each contender a lock of the same name, with a Kafka and a Redis client of its own. */
async function newLocks(): Promise<(ttlMs?: number) => Promise<Lock>> {
  const topic = await newTopic(newKafka())
  const name = `lock-${randomBytes(6).toString('hex')}`
  return async (ttlMs = 60_000) => new Lock({ redis: await newRedis(), kafka: newKafka(), topic, name, ttlMs })
}

describe('a lock of Redis and Kafka', () => {
  it('lets twenty in one at a time, each once, though one of them dies', async () => {
    const newLock = await newLocks()
    const [dying, ...others] = await Promise.all(
      Array.from({ length: 20 }, (_, i) => newLock(i === 0 ? 1_000 : 60_000)),
    )
    const witness = await newRedis()
    const entered: number[] = []
    const fences: bigint[] = []
    let inside = 0
    let most = 0
    const enter = async (contender: number, { fence }: HeldLock) => {
      most = Math.max(most, ++inside)
      entered.push(contender)
      fences.push(fence)
      // Room for others to come in, if they can.
      await witness.ping()
      inside--
    }

    // It is in first, and never says that it is out.
    const dead = await dying!.acquire()
    await enter(0, dead)
    await Promise.all(
      others.map(async (lock, i) => {
        const held = await lock.acquire()
        await enter(i + 1, held)
        // It was not dead after all: what it has is not its own any more.
        expect(await dead.release()).toBe(false)
        expect(await held.extend()).toBe(true)
        expect(await held.release()).toBe(true)
      }),
    )
    expect(most).toBe(1)
    expect(entered.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(fences).toEqual([...fences].sort((a, b) => Number(a - b)))
    expect(new Set(fences).size).toBe(20)
  })

  it('gives up waiting when it is told to', async () => {
    const newLock = await newLocks()
    const [lock, other] = await Promise.all([newLock(), newLock()])
    const held = await lock.acquire()
    const giveUp = new AbortController()
    const waiting = other.acquire({ signal: giveUp.signal })
    giveUp.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(await held.release()).toBe(true)
    await using again = await other.acquire()
    expect(again.fence).toBeGreaterThan(held.fence)
  })

  it('ends the wait with an error when its Kafka is closed: nobody would tell of the release any more', async () => {
    const topic = await newTopic(newKafka())
    const name = `lock-${randomBytes(6).toString('hex')}`
    const [redis, kafka] = [await newRedis(), newKafka()]
    await using _held = await new Lock({ redis, kafka: newKafka(), topic, name }).acquire()
    const isWaiting = new AbortController()
    const watched: Redis = {
      set: (...args) => redis.set(...args),
      eval: (...args) => redis.eval(...args),
      pTTL: key => {
        isWaiting.abort()
        return redis.pTTL(key)
      },
    }
    const waiting = failure(new Lock({ redis: watched, kafka, topic, name }).acquire())
    await new Promise(resolve => isWaiting.signal.addEventListener('abort', resolve))
    await kafka.close()
    expect(await waiting).toBeInstanceOf(ClosedError)
  })

  it('leaves the lock to others when it is told to give up what Kafka does not answer', async () => {
    const topic = await newTopic(newKafka())
    const name = `lock-${randomBytes(6).toString('hex')}`
    const redis = await newRedis()
    const kafka = new Kafka({ brokers: '127.0.0.1:1' })
    const giveUp = new AbortController()
    const waiting = failure(new Lock({ redis, kafka, topic, name }).acquire({ signal: giveUp.signal }))
    // It has the lock, and has to announce that.
    await expect.poll(() => redis.exists(name)).toBe(1)
    giveUp.abort(new Error('enough'))
    expect((await waiting).message).toBe('enough')
    expect(await redis.exists(name)).toBe(0)
    // The announcements are given up too.
    await kafka.close({ signal: AbortSignal.abort() }).catch(() => {})
  })

  it('does not wait for what never ends', async () => {
    const topic = await newTopic(newKafka())
    const name = `lock-${randomBytes(6).toString('hex')}`
    const redis = await newRedis()
    await redis.set(name, 'something else')
    const error = await failure(new Lock({ redis, kafka: newKafka(), topic, name }).acquire())
    expect(error.message).toContain(`"${name}"`)
  })

  it('is what the example says', async () => {
    const lines = await output('redis-lock.ts', { REDIS_URL: url() })
    const amounts = lines.slice(0, 5).map(line => line.match(/ makes it (\d+)/)?.[1])
    expect(amounts).toEqual(['10', '20', '30', '40', '50'])
    expect(lines[0]).toMatch(/, as the first of all$/)
    expect(lines.slice(5, 8)).toEqual([
      'the next holder did not wait for ever, and has a fence that is higher',
      'the slow one releases the lock: false',
      'the next one releases the lock: true',
    ])
    expect(lines[8]).toMatch(/^\d+ announcements were made$/)
  })
})
