import { ProtocolError } from '../errors/client-errors.ts'
import { bufferView } from '../util/buffer-view.ts'
import { readUuid } from './uuid.ts'

/**
 * Bytes to primitives. The bytes are hostile: every length is checked against what is left before anything is made of
 * it, and all that is ever thrown is a {@link ProtocolError} that says what was being read and where.
 */
export class Reader {
  readonly #buffer: Buffer
  readonly #start: number
  readonly #end: number
  readonly #label: () => string
  #at: number

  /** Reads the bytes from `start` to `end`. `label` names what is being read, for errors: `Metadata v12 response`. */
  constructor(bytes: Uint8Array, label: () => string, start = 0, end = bytes.length) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#start = start
    this.#end = end
    this.#label = label
    this.#at = start
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#end - this.#at
  }

  fail(problem: string): ProtocolError {
    const [at, size] = [this.#at - this.#start, this.#end - this.#start]
    return new ProtocolError(`${this.#label()}: ${problem} at byte ${at} of ${size}`)
  }

  int8(): number {
    return (this.#buffer[this.#take(1)]! << 24) >> 24
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#take(2))
  }

  uint16(): number {
    return this.#buffer.readUInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4))
  }

  int64(): bigint {
    const at = this.#take(8)
    const high = this.#buffer.readInt32BE(at)
    // What Buffers have for it makes three bigints. These are most of what brokers send: small numbers, and -1 for none.
    if (high === 0) return BigInt(this.#buffer.readUInt32BE(at + 4))
    if (high === -1 && this.#buffer.readInt32BE(at + 4) === -1) return -1n
    return this.#buffer.readBigInt64BE(at)
  }

  float64(): number {
    return this.#buffer.readDoubleBE(this.#take(8))
  }

  /** Java reads every byte but 0 as true, and so do we. */
  bool(): boolean {
    return this.#buffer[this.#take(1)] !== 0
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.#take(1)]!
      // The fifth byte carries the top four bits; more would not fit in 32.
      if (shift === 28 && byte > 0x0f) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw this.fail('a varint is longer than 32 bits')
  }

  uuid(): string {
    return readUuid(this.#buffer, this.#take(16))
  }

  /** The length of a string, of bytes or of an array; null is -1. */
  length(bits: 16 | 32, compact: boolean): number {
    if (compact) return this.uvarint() - 1
    const length = bits === 16 ? this.int16() : this.int32()
    if (length < -1) throw this.fail(`a length of ${length}`)
    return length
  }

  utf8(length: number): string {
    const at = this.#take(length)
    return this.#buffer.toString('utf8', at, at + length)
  }

  /** A view, not a copy. */
  view(length: number): Buffer {
    const at = this.#take(length)
    return bufferView(this.#buffer.buffer, this.#buffer.byteOffset + at, length)
  }

  skip(length: number): void {
    this.#take(length)
  }

  #take(size: number): number {
    const at = this.#at
    if (size > this.#end - at) throw this.fail(`${size} bytes wanted, ${this.#end - at} left`)
    this.#at = at + size
    return at
  }
}
