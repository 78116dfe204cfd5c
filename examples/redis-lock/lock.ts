/** A lock made of Redis and Kafka: Redis says who has it, Kafka tells those who wait when to try again, so that nobody polls. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClosedError, json, type Kafka, type Message, type Producer, string } from 'samsa'

/** What the topic tells, with the name of the lock as the key. */
export interface Announcement {
  readonly type: 'acquired' | 'released'
  readonly token: string
}

/** What of a Redis client is used: that of the package redis has it. */
export interface Redis {
  set(key: string, value: string, options: IfAbsent): Promise<string | null>
  pTTL(key: string): Promise<number>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

interface IfAbsent {
  condition: 'NX'
  expiration: { type: 'PX'; value: number }
}

export interface LockOptions {
  readonly redis: Redis
  readonly kafka: Kafka
  /** Has one partition, and may serve many locks. */
  readonly topic: string
  readonly name: string
  /** How long a holder has the lock that says nothing more. Be generous: it is what others wait for when a holder dies. */
  readonly ttlMs?: number
}

// Redis runs a script as one step. A mere DEL would also delete the lock of somebody else, who got it when ours had expired while we
// were busy and thought that we still had it. To ask with GET whether it is ours, and then to DEL, leaves a gap for just that.
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end`
const EXTEND = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end`

/** What Redis says of the time to live of a key that has none. */
const NEVER = -1

export class Lock {
  readonly #options: Required<LockOptions>
  readonly #producer: Producer<string, Announcement>

  constructor(options: LockOptions) {
    this.#options = { ttlMs: 30_000, ...options }
    this.#producer = options.kafka.producer({ key: string(), value: json<Announcement>() })
  }

  /** Waits until nobody else has the lock. Where Kafka or Redis fails meanwhile it throws. */
  async acquire({ signal }: { readonly signal?: AbortSignal } = {}): Promise<HeldLock> {
    for (;;) {
      signal?.throwIfAborted()
      // Only who knows the token can release the lock.
      const token = randomUUID()
      if (!(await this.#take(token))) await this.#wait(token, signal)
      try {
        const { offset: fence } = await this.#announce('acquired', token, signal)
        // To announce it may have taken longer than we had it. Asked after that, so that the next holder's fence is higher.
        if (await this.extend(token)) return new HeldLock(this, token, fence)
      } catch (error) {
        // Kafka may fail to tell of that as well. Then those who wait find out when our time would have run out.
        if (await this.#delete(token).catch(() => false)) this.#announce('released', token).catch(() => {})
        throw error
      }
    }
  }

  /** Has the lock for another `ttlMs`, if it is still ours. */
  async extend(token: string): Promise<boolean> {
    const { redis, name, ttlMs } = this.#options
    return (await redis.eval(EXTEND, { keys: [name], arguments: [token, String(ttlMs)] })) === 1
  }

  /** Gives the lock back, if it is still ours. */
  async release(token: string): Promise<boolean> {
    const isOurs = await this.#delete(token)
    // Afterwards: who reads it finds the lock free.
    if (isOurs) await this.#announce('released', token)
    return isOurs
  }

  async #wait(token: string, signal?: AbortSignal): Promise<void> {
    const { redis, kafka, topic, name } = this.#options
    // First where the log ends, then a try. If that fails, somebody has the lock, and will announce the release after this offset.
    const from = await kafka.client.getOffset(topic, 0, 'newest', { signal })
    await using consumer = kafka.consumer({ key: string(), value: json<Announcement>() })
    const messages = consumer.consumePartition(topic, 0, { from, signal })[Symbol.asyncIterator]()
    let release = nextRelease(messages, name)
    while (!(await this.#take(token))) {
      // A holder that dies announces nothing, so that its time has to run out.
      const ttlMs = await redis.pTTL(name)
      if (ttlMs === NEVER) throw new Error(`"${name}" in Redis has no time to live: that is no lock`)
      const isWoken = new AbortController()
      const isOver = sleep(Math.max(1, ttlMs), 'over' as const, { signal: isWoken.signal }).catch(() => 'over' as const)
      const news = await Promise.race([release, isOver]).finally(() => isWoken.abort())
      signal?.throwIfAborted()
      if (news === 'ended') throw new ClosedError(`Kafka was closed while "${name}" was waited for`)
      if (news === 'released') release = nextRelease(messages, name)
    }
  }

  /** Takes the lock unless somebody has it. It goes by itself after `ttlMs`. */
  async #take(token: string): Promise<boolean> {
    const { redis, name, ttlMs } = this.#options
    return (await redis.set(name, token, { condition: 'NX', expiration: { type: 'PX', value: ttlMs } })) === 'OK'
  }

  async #delete(token: string): Promise<boolean> {
    const { redis, name } = this.#options
    return (await redis.eval(RELEASE, { keys: [name], arguments: [token] })) === 1
  }

  #announce(type: Announcement['type'], token: string, signal?: AbortSignal) {
    const { topic, name } = this.#options
    return this.#producer.send({ topic, partition: 0, key: name, value: { type, token } }, { signal })
  }
}

/** The lock while one has it; `await using` releases it at the end of the block. */
export class HeldLock implements AsyncDisposable {
  /**
   * Grows with each holder. A holder that is frozen for longer than `ttlMs` does not know that others have the lock, nor does one whose
   * Redis has failed over to a replica that had not heard of it: give the fence along with what you write, and let those who store it
   * refuse one that is lower than what they have seen.
   */
  readonly fence: bigint
  readonly #lock: Lock
  readonly #token: string

  constructor(lock: Lock, token: string, fence: bigint) {
    this.#lock = lock
    this.#token = token
    this.fence = fence
  }

  /** Has the lock for longer; false when it is lost already. */
  extend(): Promise<boolean> {
    return this.#lock.extend(this.#token)
  }

  /** False when it was lost before. */
  release(): Promise<boolean> {
    return this.#lock.release(this.#token)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }
}

/** Resolves when the lock is released, or the reading has ended. */
function nextRelease(messages: AsyncIterator<Message<string, Announcement>>, name: string) {
  const read = async () => {
    for (;;) {
      const { done, value: message } = await messages.next()
      if (done) return 'ended'
      if (message.key === name && message.value?.type === 'released') return 'released'
    }
  }
  const release = read()
  // It is waited for a bit later: until then nobody is there to see an error, which must not end the process.
  release.catch(() => {})
  return release
}
