/** What several faults say of one thing. They are undone in whatever order: what the newest of those that are left says counts. */
export class Layers<T> {
  #layers: { readonly value: T }[] = []

  /** From the oldest to the newest. */
  get values(): T[] {
    return this.#layers.map(({ value }) => value)
  }

  /** Undefined where there is none. */
  get newest(): { readonly value: T } | undefined {
    return this.#layers.at(-1)
  }

  /** Adds one; the returned function takes it away. */
  add(value: T): () => void {
    const layer = { value }
    this.#layers.push(layer)
    return () => {
      this.#layers = this.#layers.filter(other => other !== layer)
    }
  }
}
