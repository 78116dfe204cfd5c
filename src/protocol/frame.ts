import { ProtocolError } from '../errors/client-errors.ts'
import { bufferView } from '../util/buffer-view.ts'

const LENGTH_BYTES = 4
/** Frames that fit in here are read into it, so that several small ones take one read and no memory. */
const SCRATCH_BYTES = 65_536
/**
 * A larger frame is read into memory of its own, which is at most so many times what has arrived of it. Growing it means a
 * copy, while memory that is never written to costs next to nothing.
 */
const TRUST = 256

/** Gives memory of that size. */
export type TakeMemory = (bytes: number) => Buffer

/** Where a frame is that has arrived, without its length. Good until the call ends to which it is given. */
export interface Frame {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Whether the bytes are overwritten after that: else they are nobody else's. */
  readonly isShared: boolean
}

/** The bytes of a frame from `from` on, which whoever asks may keep. */
export function keepFrame({ bytes, start, end, isShared }: Frame, from = start): Buffer {
  if (!isShared && from === 0 && end === bytes.length) return bytes
  if (!isShared) return bufferView(bytes.buffer, bytes.byteOffset + from, end - from)
  const copy = Buffer.allocUnsafe(end - from)
  bytes.copy(copy, 0, from, end)
  return copy
}

export type OnFrame = (frame: Frame) => void

/**
 * Cuts a stream of bytes into frames: an int32 length and as many bytes. Who reads the stream reads into {@link target} and
 * tells with {@link advance}, so that the bytes of a large frame need not be moved, or hands over chunks with {@link push}.
 */
export class FrameSplitter {
  /** Where the memory of large frames comes from. */
  takeMemory: TakeMemory = Buffer.allocUnsafe
  readonly #maxBytes: number
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  /** What is handed out of the scratch: each small answer would be an object more. */
  readonly #small = { bytes: this.#scratch, start: 0, end: 0, isShared: true }
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
    onFrame({ bytes: frame, start: 0, end: frame.length, isShared: false })
  }

  /** Takes the next bytes, which are copied. Otherwise as {@link advance}, but for frames that may be kept. */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    for (let at = 0; at < chunk.length; ) {
      const size = chunk.copy(this.target(), 0, at)
      at += size
      this.advance(size, frame => onFrame(keepFrame(frame)))
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
      start = from + length
      this.#small.start = from
      this.#small.end = start
      onFrame(this.#small)
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
