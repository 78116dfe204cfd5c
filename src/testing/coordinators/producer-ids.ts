/** Hands out producer ids, each once. */
export class ProducerIds {
  #next: bigint

  constructor(first = 1_000n) {
    this.#next = first
  }

  next(): bigint {
    return this.#next++
  }
}
