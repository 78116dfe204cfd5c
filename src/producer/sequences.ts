/** A producer as brokers tell it from others (KIP-98). */
export interface ProducerIdentity {
  readonly producerId: bigint
  readonly epoch: number
}

/** The sequence `count` records after another; sequences wrap at 2^31 − 1, as Kafka's do. */
export function advance(sequence: number, count: number): number {
  return (sequence + count) & 0x7fffffff
}

/** Whether one sequence comes before another, which is at most half the range away. */
export function isBefore(one: number, other: number): boolean {
  const distance = (other - one) & 0x7fffffff
  return distance > 0 && distance < 0x40000000
}

/** Where the sequences of one partition stand. */
export class Sequences {
  /** Whose they are; undefined until the first batch leaves. */
  identity: ProducerIdentity | undefined
  next = 0
  /** The partition goes on with a new identity, once nothing of the old one is in flight. */
  needsRenewal = false
  /**
   * The broker has a batch with this identity. Before that it takes any sequence for the first one, so that a batch sent behind
   * another that fails would get into the log before it.
   */
  isKnown = false
  /**
   * The sequence of the newest batch that ended without being acknowledged: the broker may find that those after it do not follow on what
   * it has. -1 where there is none.
   */
  #hole = -1

  /** Whether a batch before the one that is due next has ended without being acknowledged. */
  get hasHole(): boolean {
    return this.#hole >= 0
  }

  /** Gives the next `count` sequences away; returns the first of them. */
  take(count: number): number {
    const first = this.next
    this.next = advance(first, count)
    return first
  }

  /** A batch with these sequences will not be sent again, and was not acknowledged. */
  onLost(baseSequence: number): void {
    if (this.#hole < 0 || isBefore(this.#hole, baseSequence)) this.#hole = baseSequence
  }

  /** The broker has a batch, and with it all before it. */
  onWritten(baseSequence: number): void {
    this.isKnown = true
    if (this.#hole >= 0 && !isBefore(baseSequence, this.#hole)) this.#hole = -1
  }

  /** Begins anew at 0. */
  renew(identity: ProducerIdentity): void {
    this.identity = identity
    this.next = 0
    this.needsRenewal = false
    this.isKnown = false
    this.#hole = -1
  }
}
