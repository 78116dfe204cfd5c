import { ProtocolError } from '../errors/client-errors.ts'

const LENGTH_BYTES = 4
/** Frames that fit in here are read into it and copied out, so that several small ones take one read. */
const SCRATCH_BYTES = 65_536
/**
 * A larger frame is read into memory of its own, which is at most so many times what has arrived of it. Growing it means a
 * copy, while memory that is never written to costs next to nothing.
 */
const TRUST = 256

/** Gives memory of that size. */
export type TakeMemory = (bytes: number) => Buffer

/** Takes the memory of a frame over: it is nobody else's. */
export type OnFrame = (frame: Buffer) => void

/**
 * Cuts a stream of bytes into frames: an int32 length and as many bytes. Who reads the stream reads into {@link target} and
 * tells with {@link advance}, so that the bytes of a large frame need not be moved, or hands over chunks with {@link push}.
 */
export class FrameSplitter {
  /** Where the memory of large frames comes from. */
  takeMemory: TakeMemory = Buffer.allocUnsafe
  readonly #maxBytes: number
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  /** Where the bytes in the scratch end; what is there at the beginning is the start of a frame. */
  #end = 0
  /** The frame that does not fit into the scratch, or the first part of it. */
  #frame: Buffer | undefined
  #frameBytes = 0
  #filledBytes = 0

  /** `maxBytes` bounds one frame: a length that is greater is an error, before anything is allocated for it. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Where the next bytes of the stream are to be written, as many as there are and it holds. Never empty. */
  target(): Buffer {
    if (this.#frame !== undefined) return this.#frame.subarray(this.#filledBytes)
    return this.#end === 0 ? this.#scratch : this.#scratch.subarray(this.#end)
  }

  /**
   * So many bytes have been written to {@link target}. Calls `onFrame` for each frame that is complete, without its length.
   *
   * @throws {@link ProtocolError} for a length that is negative or above the limit.
   */
  advance(size: number, onFrame: OnFrame): void {
    if (this.#frame === undefined) {
      this.#end += size
      this.#cut(onFrame)
      return
    }
    this.#filledBytes += size
    if (this.#filledBytes < this.#frame.length) return
    const frame = this.#frame
    if (this.#filledBytes < this.#frameBytes) {
      this.#begin(frame)
      return
    }
    this.#frame = undefined
    onFrame(frame)
  }

  /** Takes the next bytes, which are copied. Otherwise as {@link advance}. */
  push(chunk: Buffer, onFrame: OnFrame): void {
    for (let at = 0; at < chunk.length; ) {
      const size = chunk.copy(this.target(), 0, at)
      at += size
      this.advance(size, onFrame)
    }
  }

  /** Hands out the frames that are complete in the scratch. */
  #cut(onFrame: OnFrame): void {
    let start = 0
    while (this.#end - start >= LENGTH_BYTES) {
      const length = this.#checked(this.#scratch.readInt32BE(start))
      const from = start + LENGTH_BYTES
      if (length > this.#end - from) {
        if (length + LENGTH_BYTES <= SCRATCH_BYTES) break
        this.#frameBytes = length
        this.#filledBytes = this.#end - from
        this.#begin(this.#scratch.subarray(from, this.#end))
        this.#end = 0
        return
      }
      const frame = Buffer.allocUnsafe(length)
      this.#scratch.copy(frame, 0, from, from + length)
      start = from + length
      onFrame(frame)
    }
    if (start === 0) return
    this.#scratch.copyWithin(0, start, this.#end)
    this.#end -= start
  }

  /** Makes room for the frame, or for more of it: the peer may have announced more than it will ever send. */
  #begin(arrived: Buffer): void {
    const room = Math.max(SCRATCH_BYTES, TRUST * arrived.length)
    this.#frame = this.takeMemory(Math.min(this.#frameBytes, room))
    arrived.copy(this.#frame)
  }

  #checked(length: number): number {
    if (length < LENGTH_BYTES || length > this.#maxBytes) {
      throw new ProtocolError(
        `a frame of ${length} bytes was announced; the limit, net.maxResponseBytes, is ${this.#maxBytes}`,
      )
    }
    return length
  }
}
