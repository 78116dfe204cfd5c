import { ProtocolError } from '../errors/client-errors.ts'

const LENGTH_BYTES = 4

/** Cuts a stream of bytes into frames: an int32 length and as many bytes. */
export class FrameSplitter {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #pendingBytes = 0
  /** Of the frame whose beginning has arrived; -1 while its length has not. */
  #frameBytes = -1

  /** `maxBytes` bounds one frame: a length that is greater is an error, before anything is allocated for it. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Takes the next bytes and calls `onFrame` for each frame that is complete, without its length. A frame may be a view of
   * `chunk`.
   *
   * @throws {@link ProtocolError} for a length that is negative or above the limit.
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    this.#chunks.push(chunk)
    this.#pendingBytes += chunk.length
    for (;;) {
      if (this.#frameBytes < 0) {
        if (this.#pendingBytes < LENGTH_BYTES) return
        this.#frameBytes = this.#checked(this.#take(LENGTH_BYTES).readInt32BE(0))
      }
      if (this.#pendingBytes < this.#frameBytes) return
      const frame = this.#take(this.#frameBytes)
      this.#frameBytes = -1
      onFrame(frame)
    }
  }

  #checked(length: number): number {
    if (length < LENGTH_BYTES || length > this.#maxBytes) {
      throw new ProtocolError(
        `a frame of ${length} bytes was announced; the limit, net.maxResponseBytes, is ${this.#maxBytes}`,
      )
    }
    return length
  }

  /** The next bytes as one block: a view where they lie in one chunk, else a copy made once. */
  #take(size: number): Buffer {
    this.#pendingBytes -= size
    const first = this.#chunks[0]!
    if (first.length >= size) {
      if (first.length === size) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(size)
      return first.subarray(0, size)
    }
    const block = Buffer.allocUnsafe(size)
    let filled = 0
    let used = 0
    for (const chunk of this.#chunks) {
      const part = chunk.copy(block, filled, 0, Math.min(chunk.length, size - filled))
      filled += part
      if (part < chunk.length) {
        this.#chunks[used] = chunk.subarray(part)
        break
      }
      used++
      if (filled === size) break
    }
    this.#chunks.splice(0, used)
    return block
  }
}
