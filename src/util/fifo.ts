const LEAST_SLOTS = 8
/** An emptied queue of more gives its memory back. */
const MOST_IDLE_SLOTS = 1024

/**
 * A queue whose operations take constant time, and which can take back at its head what was taken from there. It keeps its slots, in a
 * ring, so that a queue that is often empty allocates nothing.
 */
export class Fifo<T> {
  /** A power of two of them. Item number n is in slot n modulo that. */
  #slots: (T | undefined)[] = new Array(LEAST_SLOTS)
  /** The numbers of the first item, and of the one that will come next. */
  #head = 0
  #end = 0

  get size(): number {
    return this.#end - this.#head
  }

  push(item: T): void {
    if (this.size === this.#slots.length) this.#grow()
    this.#slots[this.#end++ & (this.#slots.length - 1)] = item
  }

  peek(): T | undefined {
    return this.#slots[this.#head & (this.#slots.length - 1)]
  }

  last(): T | undefined {
    return this.size === 0 ? undefined : this.#slots[(this.#end - 1) & (this.#slots.length - 1)]
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined
    const slot = this.#head++ & (this.#slots.length - 1)
    const item = this.#slots[slot]
    this.#slots[slot] = undefined
    if (this.size === 0 && this.#slots.length > MOST_IDLE_SLOTS) this.clear()
    return item
  }

  unshift(item: T): void {
    if (this.size === this.#slots.length) this.#grow()
    this.#slots[--this.#head & (this.#slots.length - 1)] = item
  }

  clear(): void {
    this.#slots = new Array(LEAST_SLOTS)
    this.#head = 0
    this.#end = 0
  }

  *[Symbol.iterator](): Iterator<T> {
    // Who iterates may take items meanwhile.
    for (let i = this.#head; i < this.#end; i = Math.max(i + 1, this.#head))
      yield this.#slots[i & (this.#slots.length - 1)] as T
  }

  #grow(): void {
    const slots: (T | undefined)[] = new Array(this.#slots.length * 2)
    for (let i = this.#head; i < this.#end; i++) {
      slots[i & (slots.length - 1)] = this.#slots[i & (this.#slots.length - 1)]
    }
    this.#slots = slots
  }
}
