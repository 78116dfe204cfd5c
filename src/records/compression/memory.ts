import { bufferView } from '../../util/buffer-view.ts'
import { tooLarge } from './too-large.ts'

/** More than this is not kept; nearly all batches are smaller. */
const KEPT_BYTES = 1 << 20

let kept: Buffer | undefined

/** At least `size` bytes that the next call may give out again; codecs take turns, as none of them waits in between. */
export function scratch(size: number): Buffer {
  if (size > KEPT_BYTES) return Buffer.allocUnsafeSlow(size)
  kept ??= Buffer.allocUnsafeSlow(KEPT_BYTES)
  return kept
}

/**
 * Decompresses into memory of a size that is only known to be at most `bound`, with little left over. What a hostile sender can
 * make of it is the limit, and memory that is not written to is not taken from the system either.
 *
 * @param fill writes into what it is given, and returns how many bytes it wrote.
 */
export function filled(bound: number, maxBytes: number, fill: (dst: Buffer) => number): Buffer {
  const size = Math.min(bound, maxBytes)
  const dst = scratch(size)
  const length = fill(size === dst.length ? dst : bufferView(dst.buffer, dst.byteOffset, size))
  // Keys and values are views that keep all of this in memory, so that it had better be of the right size.
  const output = bufferView(dst.buffer, dst.byteOffset, length)
  if (dst !== kept && length >= size - (size >> 3)) return output
  const copy = Buffer.allocUnsafe(length)
  copy.set(output)
  return copy
}

/** Memory of just that size for what is decompressed. @throws ProtocolError when that is over the limit. */
export function exactly(size: number, maxBytes: number): Buffer {
  if (size > maxBytes) throw tooLarge(maxBytes)
  return Buffer.allocUnsafe(size)
}
