import { errorCodes } from '../../errors/broker-codes.ts'
import type { Timer } from '../clock.ts'
import type { CoordinatorType, Store } from '../store.ts'

/** Who coordinates what, and who has just begun to. */
export class Ownership {
  readonly #type: CoordinatorType
  readonly #store: Store
  readonly #owners = new Map<string, number | undefined>()
  readonly #loading = new Map<string, Timer>()

  constructor(type: CoordinatorType, store: Store) {
    this.#type = type
    this.#store = store
  }

  /** The error with which `broker` answers requests about a group or transactional id, or NONE if they are for it. */
  check(key: string, broker: number): number {
    const owner = this.#store.coordinator(this.#type, key)
    if (owner !== broker) return errorCodes.NOT_COORDINATOR
    if (!this.#owners.has(key)) this.#owners.set(key, owner)
    return this.#loading.has(key) ? errorCodes.COORDINATOR_LOAD_IN_PROGRESS : errorCodes.NONE
  }

  owns(key: string, broker: number): boolean {
    return this.#store.coordinator(this.#type, key) === broker
  }

  /** Of all that were asked about, those whose coordinator is another one than before. */
  moved(): string[] {
    const moved: string[] = []
    for (const [key, before] of this.#owners) {
      const owner = this.#store.coordinator(this.#type, key)
      if (owner === before) continue
      this.#owners.set(key, owner)
      moved.push(key)
    }
    return moved
  }

  /** Answers COORDINATOR_LOAD_IN_PROGRESS for `delayMs`, then calls `loaded`: at once where it is 0. */
  load(key: string, delayMs: number, loaded: () => void): void {
    this.#loading.get(key)?.cancel()
    this.#loading.delete(key)
    const done = (): void => {
      this.#loading.delete(key)
      loaded()
    }
    if (delayMs === 0) done()
    else this.#loading.set(key, this.#store.clock.setTimer(delayMs, done))
  }

  close(): void {
    for (const timer of this.#loading.values()) timer.cancel()
    this.#loading.clear()
  }
}
