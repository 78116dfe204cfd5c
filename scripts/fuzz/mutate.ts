import type { Random } from '../../test/unit/protocol/random.ts'

/** Numbers that tempt: lengths beyond all there is, negative ones, the ends of ranges, and what is off by one. */
const TEMPTING: readonly Buffer[] = [
  ...['7fffffff', '80000000', 'ffffffff', 'fffffffe', '01ffffff', '00010000', '00000000', '00000001'],
  ...['7fff', '8000', 'ffff', 'fffe', '0100'],
  ...['ffffffff0f', 'ffffffff07', 'ffffffff7f', 'ffffffffffffffffff01', '8080808080808080808000', 'feffffff0f'],
  ...['00', '01', '02', '7f', '80', 'ff'],
  ...['7fffffffffffffff', '8000000000000000', 'ffffffffffffffff'],
].map(hex => Buffer.from(hex, 'hex'))
const MOST_BYTES = 1 << 16

/** A copy of good bytes with one to three kinds of damage; `other` is what pieces are taken from. */
export function mutated(good: Buffer, other: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(good)
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) bytes = damage(bytes, other, random)
  return bytes
}

function damage(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1)
  switch (random.below(8)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return flipped(bytes, random)
    case 2:
      return flipped(flipped(bytes, random), random)
    case 3:
    case 4:
      random.pick(TEMPTING).copy(bytes, at)
      return bytes
    case 5: {
      // The beginning of this and the end of another.
      const from = random.below(other.length + 1)
      return limited(Buffer.concat([bytes.subarray(0, at), other.subarray(from)]))
    }
    case 6: {
      // A piece is taken out, or comes twice.
      const end = at + random.below(Math.min(32, bytes.length - at) + 1)
      const again = random.below(2) === 0 ? [] : [bytes.subarray(at, end)]
      return limited(Buffer.concat([bytes.subarray(0, at), ...again, ...again, bytes.subarray(end)]))
    }
    default:
      // Something that does not belong.
      return limited(Buffer.concat([bytes.subarray(0, at), random.pick(TEMPTING), bytes.subarray(at)]))
  }
}

function flipped(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes
  const at = random.below(bytes.length)
  bytes[at] = bytes[at]! ^ (1 << random.below(8))
  return bytes
}

function limited(bytes: Buffer): Buffer {
  return bytes.subarray(0, MOST_BYTES)
}
