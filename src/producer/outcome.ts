import type { RecordMetadata } from './types.ts'

/** What became of a batch, message by message. Outcomes belong to batches, never to brokers or requests. */
export interface Outcome {
  /**
   * Where the message is that was put into the batch as number `index`, from 0.
   *
   * @throws the message's error where it was not written.
   */
  at(index: number): RecordMetadata
}

const pickers: ((outcome: Outcome) => RecordMetadata)[] = []

/** What takes message number `index` out of an outcome. Batches share them: a closure a message is garbage that lives long. */
export function pick(index: number): (outcome: Outcome) => RecordMetadata {
  const known = pickers[index]
  if (known !== undefined) return known
  const picker = (outcome: Outcome) => outcome.at(index)
  pickers[index] = picker
  return picker
}

/** All of it is in the log. */
export class Written implements Outcome {
  readonly topic: string
  readonly partition: number
  /** -1n where the broker told nothing. */
  readonly baseOffset: bigint
  /** -1 where the messages keep their own times. */
  readonly #logAppendTime: number
  readonly #timestamps: readonly number[]

  /** `timestamps` are the messages' own, for those that will be asked for. */
  constructor(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    baseOffset: bigint,
    logAppendTime: number,
    timestamps: readonly number[],
  ) {
    this.topic = topic
    this.partition = partition
    this.baseOffset = baseOffset
    this.#logAppendTime = logAppendTime
    this.#timestamps = timestamps
  }

  at(index: number): RecordMetadata {
    const { topic, partition, baseOffset } = this
    const offset = index === 0 || baseOffset < 0n ? baseOffset : baseOffset + BigInt(index)
    return {
      topic,
      partition,
      offset,
      timestamp: this.#logAppendTime < 0 ? this.#timestamps[index]! : this.#logAppendTime,
    }
  }
}

/** None of it was acknowledged. */
export class Failed implements Outcome {
  readonly error: unknown
  /** Errors of single messages, where the broker told them apart (KIP-467). */
  readonly #own: ReadonlyMap<number, unknown> | undefined

  constructor(error: unknown, own?: ReadonlyMap<number, unknown>) {
    this.error = error
    this.#own = own
  }

  at(index: number): never {
    throw this.#own?.get(index) ?? this.error
  }
}

/** The outcome of a batch that was too large for the broker and left in parts. */
export class InParts implements Outcome {
  readonly #parts: readonly { readonly count: number; readonly outcome: Outcome }[]

  constructor(parts: readonly { readonly count: number; readonly outcome: Outcome }[]) {
    this.#parts = parts
  }

  at(index: number): RecordMetadata {
    let first = 0
    for (const { count, outcome } of this.#parts) {
      if (index < first + count) return outcome.at(index - first)
      first += count
    }
    throw new RangeError(`the batch had ${first} messages, and none is number ${index}`)
  }
}
