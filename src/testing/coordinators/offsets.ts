/** How far a group has read in a partition. */
export interface CommittedOffset {
  /** Of the next record to read. */
  readonly offset: bigint
  /** Of the last record that was read; -1 if unknown. */
  readonly leaderEpoch: number
  readonly metadata: string
}

interface Stored extends CommittedOffset {
  /** Counts up with each commit to the group, as the offsets in Kafka's log of commits do. */
  readonly order: number
}

type ByPartition = Map<string, Map<number, Stored>>

/** The offsets of one group: those that count, and those of transactions that are still to decide. */
export class Offsets {
  readonly #committed: ByPartition = new Map()
  readonly #pending = new Map<bigint, ByPartition>()
  #order = 0

  get isEmpty(): boolean {
    return this.#committed.size === 0 && this.#pending.size === 0
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#committed.get(topic)?.get(partition)
  }

  /** All offsets that count, as [topic, partition, offset]. */
  *entries(): IterableIterator<[topic: string, partition: number, offset: CommittedOffset]> {
    for (const [topic, partitions] of this.#committed) {
      for (const [partition, offset] of partitions) yield [topic, partition, offset]
    }
  }

  commit(topic: string, partition: number, offset: CommittedOffset): void {
    put(this.#committed, topic, partition, { ...offset, order: this.#order++ })
  }

  /** Commits as part of a transaction: it counts once the transaction is committed. */
  commitPending(producerId: bigint, topic: string, partition: number, offset: CommittedOffset): void {
    const pending: ByPartition = this.#pending.get(producerId) ?? new Map()
    this.#pending.set(producerId, pending)
    put(pending, topic, partition, { ...offset, order: this.#order++ })
  }

  isPending(topic: string, partition: number): boolean {
    return [...this.#pending.values()].some(pending => pending.get(topic)?.has(partition))
  }

  endTransaction(producerId: bigint, committed: boolean): void {
    const pending = this.#pending.get(producerId)
    this.#pending.delete(producerId)
    if (pending === undefined || !committed) return
    for (const [topic, partitions] of pending) {
      for (const [partition, offset] of partitions) {
        // A plain commit that came after this one stands, although the transaction ends later.
        const known = this.#committed.get(topic)?.get(partition)
        if (known === undefined || known.order < offset.order) put(this.#committed, topic, partition, offset)
      }
    }
  }

  delete(topic: string, partition: number): void {
    for (const all of [this.#committed, ...this.#pending.values()]) {
      const partitions = all.get(topic)
      partitions?.delete(partition)
      if (partitions?.size === 0) all.delete(topic)
    }
  }

  deleteTopic(topic: string): void {
    for (const all of [this.#committed, ...this.#pending.values()]) all.delete(topic)
  }
}

function put(all: ByPartition, topic: string, partition: number, offset: Stored): void {
  const partitions = all.get(topic) ?? new Map<number, Stored>()
  all.set(topic, partitions)
  partitions.set(partition, offset)
}
