import { createHash, type Hash } from 'node:crypto'
import { Random } from '../../test/unit/protocol/random.ts'

const NUMBER_BYTES = 8
const MAX_PAYLOAD_BYTES = 2_000

/** The value of a message: its number, and bytes that follow from the seed, so that any two that are mixed up differ. */
export function contentOf(seed: number, partition: number, number: number): Buffer {
  const random = new Random(seed ^ (partition * 0x9e3779b1) ^ (number * 0x85ebca6b))
  const value = Buffer.alloc(NUMBER_BYTES + random.below(MAX_PAYLOAD_BYTES), random.below(256))
  value.writeBigUInt64BE(BigInt(number))
  return value
}

/** The messages of a partition in their order, and what they add up to. */
export class Tally {
  count = 0
  readonly #hash: Hash = createHash('sha256')

  add(value: Buffer): void {
    this.count++
    this.#hash.update(value)
  }

  /** The checksum so far. */
  get checksum(): string {
    return this.#hash.copy().digest('hex').slice(0, 16)
  }
}
