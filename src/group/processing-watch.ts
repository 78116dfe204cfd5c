import type { Client } from '../cluster/client.ts'
import type { SlowHandlerEvent } from '../observe/hooks.ts'
import type { ReadClaim } from './claim.ts'
import type { Progress } from './offsets/ledger.ts'

/** How often it is looked, within the shortest time that counts. */
const LOOKS = 4

export interface ProcessingLimits {
  /** 0 for none. */
  readonly maxProcessingMs: number
  /** 0 for none. */
  readonly maxPollIntervalMs: number
}

/** A claim that a handler reads, and how far that is processed. */
export interface Work {
  readonly claim: ReadClaim<unknown, unknown>
  readonly progress: Progress | undefined
}

/** How a claim was found when it was looked at. */
interface Look {
  readonly position: bigint | undefined
  readonly marks: number
  /** Since when it is so. */
  readonly since: number
  readonly told: Set<SlowHandlerEvent['limit']>
}

/**
 * Finds handlers that hold a message, or a batch, for too long. It looks from time to time, so that messages that are handled in time
 * cost nothing, and what is too long may be found a quarter later.
 */
export class ProcessingWatch {
  readonly #client: Client
  readonly #groupId: string
  readonly #limits: ProcessingLimits
  readonly #works: () => Iterable<Work>
  readonly #onPollMissed: () => void
  readonly #looks = new WeakMap<ReadClaim<unknown, unknown>, Look>()
  #timer: NodeJS.Timeout | undefined

  /**
   * @param onPollMissed Called when something is held for longer than `maxPollIntervalMs`, after it was told; and again with each look
   * while that goes on, as a member that is just joining cannot leave.
   */
  constructor(
    client: Client,
    groupId: string,
    limits: ProcessingLimits,
    works: () => Iterable<Work>,
    onPollMissed: () => void,
  ) {
    this.#client = client
    this.#groupId = groupId
    this.#limits = limits
    this.#works = works
    this.#onPollMissed = onPollMissed
  }

  start(): void {
    const { maxProcessingMs, maxPollIntervalMs } = this.#limits
    const shortest = Math.min(maxProcessingMs || Infinity, maxPollIntervalMs || Infinity)
    if (shortest === Infinity) return
    this.#timer = setInterval(() => this.#look(), Math.ceil(shortest / LOOKS))
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Tells log and hook of a handler that is too slow. */
  tell(claim: ReadClaim<unknown, unknown>, sinceMs: number, limit: SlowHandlerEvent['limit']): void {
    const { topic, partition, position } = claim
    const event = { group: this.#groupId, topic, partition, position, sinceMs: Math.round(sinceMs), limit }
    const { logger, hooks } = this.#client
    logger.warn('a handler takes longer than it may', { ...event, position: String(position) })
    hooks.onSlowHandler?.(event)
  }

  #look(): void {
    const now = performance.now()
    const { maxProcessingMs, maxPollIntervalMs } = this.#limits
    for (const { claim, progress } of this.#works()) {
      const { position } = claim
      const marks = progress?.marks ?? 0
      const last = this.#looks.get(claim)
      if (last === undefined || claim.isIdle || last.position !== position || last.marks !== marks) {
        this.#looks.set(claim, { position, marks, since: now, told: new Set() })
        continue
      }
      const sinceMs = now - last.since
      const isNews = (limit: SlowHandlerEvent['limit'], ms: number) =>
        ms > 0 && sinceMs >= ms && !last.told.has(limit) && last.told.add(limit)
      if (isNews('maxProcessingMs', maxProcessingMs)) this.tell(claim, sinceMs, 'maxProcessingMs')
      const isMissed = isNews('maxPollIntervalMs', maxPollIntervalMs)
      if (isMissed) this.tell(claim, sinceMs, 'maxPollIntervalMs')
      // One that has ended is lost, or on its way to be given up.
      if (isMissed || (last.told.has('maxPollIntervalMs') && !claim.signal.aborted)) this.#onPollMissed()
    }
  }
}
