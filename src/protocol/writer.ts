import { ProtocolError } from '../errors/client-errors.ts'
import { bufferView } from '../util/buffer-view.ts'
import { writeUuid } from './uuid.ts'

/** From this size on a block of bytes is handed to the socket as it is instead of being copied into the frame. */
const REFERENCE_FROM_BYTES = 4096

/** Up to here a loop is quicker than a call out of JavaScript. */
const SHORT_STRING = 32

/** Kafka's limit, in compact strings too. */
export const MAX_STRING_BYTES = 0x7fff

/** What writers begin in, one after the other: a Buffer for each would take longer than to write a small message into it. */
const SHARED_BYTES = 16_384
const INITIAL_BYTES = 512
let shared = Buffer.allocUnsafeSlow(SHARED_BYTES)
let sharedAt = 0

/** Primitives to bytes. Big-endian, as all of Kafka. Large blocks are kept by reference, so a frame is a list of chunks. */
export class Writer {
  #buffer: Buffer
  /** Where the chunk that is being written begins in `#buffer`. */
  #start: number
  #at: number
  /** What is behind it is somebody else's. */
  #end: number
  /** Those before the one that is being written. */
  #chunks: Buffer[] | undefined
  #finishedBytes = 0

  constructor() {
    if (sharedAt + INITIAL_BYTES > SHARED_BYTES) {
      shared = Buffer.allocUnsafeSlow(SHARED_BYTES)
      sharedAt = 0
    }
    this.#buffer = shared
    this.#start = sharedAt
    this.#at = sharedAt
    sharedAt += INITIAL_BYTES
    this.#end = sharedAt
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#finishedBytes + this.#at - this.#start
  }

  int8(value: number): void {
    if (typeof value !== 'number' || (value << 24) >> 24 !== value) throw outOfRange('int8', value)
    const at = this.#room(1)
    this.#buffer[at] = value
  }

  int16(value: number): void {
    if (typeof value !== 'number' || (value << 16) >> 16 !== value) throw outOfRange('int16', value)
    const at = this.#room(2)
    this.#buffer[at] = value >> 8
    this.#buffer[at + 1] = value
  }

  uint16(value: number): void {
    if (typeof value !== 'number' || (value & 0xffff) !== value) throw outOfRange('uint16', value)
    const at = this.#room(2)
    this.#buffer[at] = value >> 8
    this.#buffer[at + 1] = value
  }

  int32(value: number): void {
    if (typeof value !== 'number' || (value | 0) !== value) throw outOfRange('int32', value)
    const at = this.#room(4)
    this.#buffer[at] = value >> 24
    this.#buffer[at + 1] = value >> 16
    this.#buffer[at + 2] = value >> 8
    this.#buffer[at + 3] = value
  }

  int64(value: bigint): void {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw outOfRange('int64', value)
    const at = this.#room(8)
    this.#buffer.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    if (typeof value !== 'number') throw outOfRange('float64', value)
    const at = this.#room(8)
    this.#buffer.writeDoubleBE(value, at)
  }

  bool(value: boolean): void {
    if (typeof value !== 'boolean') throw outOfRange('bool', value)
    const at = this.#room(1)
    this.#buffer[at] = value ? 1 : 0
  }

  /** An unsigned varint: seven bits a byte, least significant first. `value` is below 2^32. */
  uvarint(value: number): void {
    let at = this.#room(5)
    let rest = value
    while (rest > 0x7f) {
      this.#buffer[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[at++] = rest
    this.#at = at
  }

  uuid(value: string): void {
    if (typeof value !== 'string') throw outOfRange('uuid', value)
    const at = this.#room(16)
    if (!writeUuid(value, this.#buffer, at)) throw outOfRange('uuid', value)
  }

  /** A string with an int16 length, or a compact one with an unsigned varint of length + 1. */
  string(value: string, compact: boolean): void {
    if (typeof value !== 'string') throw outOfRange('string', value)
    const isPlain = value.length <= SHORT_STRING && isAscii(value)
    const length = isPlain ? value.length : Buffer.byteLength(value)
    if (length > MAX_STRING_BYTES) {
      throw new ProtocolError(`a string of ${length} bytes is longer than Kafka's limit of ${MAX_STRING_BYTES}`)
    }
    if (compact) this.uvarint(length + 1)
    else this.int16(length)
    const at = this.#room(length)
    if (!isPlain) this.#buffer.write(value, at, length, 'utf8')
    else for (let i = 0; i < length; i++) this.#buffer[at + i] = value.charCodeAt(i)
  }

  /** Bytes with an int32 length, or compact ones. Large ones are not copied: they must not change until they are sent. */
  bytes(value: Uint8Array, compact: boolean): void {
    if (!(value instanceof Uint8Array)) throw outOfRange('bytes', value)
    const length = value.length
    if (compact) this.uvarint(length + 1)
    else this.int32(length)
    this.raw(value)
  }

  /** Bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const length = value.length
    if (length < REFERENCE_FROM_BYTES) {
      const at = this.#room(length)
      this.#buffer.set(value, at)
      return
    }
    this.#chunks ??= []
    this.#endChunk(this.#chunks)
    this.#chunks.push(Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, length))
    this.#finishedBytes += length
  }

  /** Everything written, in order, as few chunks as possible. The writer is used up. */
  finish(): Buffer[] {
    // What is left is the next one's, where that has not begun yet.
    if (this.#buffer === shared && this.#end === sharedAt) sharedAt = this.#at
    // Mostly it is one, for which no array has to grow.
    if (this.#chunks === undefined) return [this.#chunk()]
    this.#endChunk(this.#chunks)
    return this.#chunks
  }

  #endChunk(chunks: Buffer[]): void {
    if (this.#at === this.#start) return
    chunks.push(this.#chunk())
    this.#finishedBytes += this.#at - this.#start
    this.#start = this.#at
  }

  #chunk(): Buffer {
    return bufferView(this.#buffer.buffer, this.#buffer.byteOffset + this.#start, this.#at - this.#start)
  }

  /** Makes room for `size` bytes, moves past them and tells where they begin, in a buffer that may be another than before. */
  #room(size: number): number {
    const at = this.#at
    if (at + size > this.#end) return this.#grow(size)
    this.#at = at + size
    return at
  }

  #grow(size: number): number {
    const pending = this.#at - this.#start
    const bigger = Buffer.allocUnsafe(Math.max(INITIAL_BYTES, (this.#end - this.#start) * 2, pending + size))
    this.#buffer.copy(bigger, 0, this.#start, this.#at)
    this.#buffer = bigger
    this.#end = bigger.length
    this.#start = 0
    this.#at = pending + size
    return pending
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

function outOfRange(type: string, value: unknown): ProtocolError {
  return new ProtocolError(
    `${typeof value === 'string' ? JSON.stringify(value) : String(value)} is not a valid ${type}`,
  )
}
