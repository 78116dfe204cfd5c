/** Where the records of a leader's epoch begin. */
interface Entry {
  readonly epoch: number
  readonly startOffset: bigint
}

/** The end of an epoch in a log; -1 and -1n where the log knows nothing of it. */
export interface EpochEnd {
  readonly leaderEpoch: number
  readonly endOffset: bigint
}

const UNKNOWN: EpochEnd = { leaderEpoch: -1, endOffset: -1n }

/** Which leader epoch wrote which part of a log (KIP-101, KIP-320), as Kafka's LeaderEpochFileCache keeps it. */
export class LeaderEpochs {
  #entries: Entry[] = []

  /** A leader begins at the end of the log. An epoch that has written nothing leaves no trace. */
  assign(epoch: number, startOffset: bigint): void {
    this.#entries = [...this.#entries.filter(entry => entry.startOffset < startOffset), { epoch, startOffset }]
  }

  /** The log loses everything from `endOffset` on. */
  truncateFromEnd(endOffset: bigint): void {
    this.#entries = this.#entries.filter(entry => entry.startOffset < endOffset)
  }

  /** The log loses everything before `startOffset`. */
  truncateFromStart(startOffset: bigint): void {
    const first = this.#floor(entry => entry.startOffset <= startOffset)
    if (first === -1) return
    this.#entries = this.#entries.slice(first)
    this.#entries[0] = { epoch: this.#entries[0]!.epoch, startOffset }
  }

  /** The epoch of the record at `offset`; -1 where it is not known. */
  at(offset: bigint): number {
    return this.#entries[this.#floor(entry => entry.startOffset <= offset)]?.epoch ?? -1
  }

  /** The largest epoch that is not above `epoch`, and where it ends in a log that ends at `logEndOffset`. */
  endOf(epoch: number, logEndOffset: bigint): EpochEnd {
    const latest = this.#entries.at(-1)
    if (epoch < 0 || latest === undefined || epoch > latest.epoch) return UNKNOWN
    if (epoch === latest.epoch) return { leaderEpoch: epoch, endOffset: logEndOffset }
    const floor = this.#floor(entry => entry.epoch <= epoch)
    const { startOffset: endOffset } = this.#entries[floor + 1]!
    return { leaderEpoch: this.#entries[floor]?.epoch ?? epoch, endOffset }
  }

  /** The index of the last entry for which `test` holds; -1 when there is none. */
  #floor(test: (entry: Entry) => boolean): number {
    return this.#entries.findLastIndex(test)
  }
}
