/** A hash of the first `length` bytes as an int32. */
export type Hash = (bytes: Uint8Array, length: number) => number

/** Beyond this a call into the runtime is faster than a loop over the characters. */
const SHORT_TEXT = 24
/** Longer keys are rare, and their memory is not kept. */
const MAX_SCRATCH_BYTES = 64 << 10

// One for all: a hash is done with it before anything else can run.
let scratch = Buffer.allocUnsafeSlow(1024)

/** The hash of a key as it is sent, of text its UTF-8. Nothing is allocated for a message. */
export function hashKey(key: string | Uint8Array, hash: Hash): number {
  if (typeof key !== 'string') return hash(key, key.length)
  const units = key.length
  // UTF-8 takes at most three bytes a UTF-16 unit.
  if (units * 3 > scratch.length) {
    if (units * 3 > MAX_SCRATCH_BYTES) return hashKey(Buffer.from(key), hash)
    scratch = Buffer.allocUnsafeSlow(MAX_SCRATCH_BYTES)
  }
  if (units > SHORT_TEXT) return hash(scratch, scratch.write(key))
  for (let i = 0; i < units; i++) {
    const unit = key.charCodeAt(i)
    if (unit > 0x7f) return hash(scratch, scratch.write(key))
    scratch[i] = unit
  }
  return hash(scratch, units)
}
