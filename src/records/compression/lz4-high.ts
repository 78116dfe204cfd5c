import { matchLength } from './copy.ts'
import { LAST_LITERALS, MATCH_LIMIT, MAX_DISTANCE, MIN_MATCH, writeLiterals, writeSequence } from './lz4-block.ts'

const HASH_BITS = 15
const CHAIN_MASK = 0xffff

/** The last place of each hash, and from each place to the one before it with the same hash; -1 ends a chain. */
const heads = new Int32Array(1 << HASH_BITS)
const chains = new Int32Array(CHAIN_MASK + 1)

/** The longest match that {@link search} found last. One object for all, as JavaScript cannot return two numbers. */
const best = { length: 0, candidate: 0 }

/**
 * Compresses a block like `compressLz4Block`, but looks for longer matches, the harder the higher the level is (1 to 12): it goes
 * through the earlier places of the same four bytes, and puts a match off when the next position has a longer one.
 */
export function compressLz4BlockHigh(
  src: Buffer,
  start: number,
  end: number,
  dst: Buffer,
  to: number,
  level: number,
): number {
  const input = new DataView(src.buffer, src.byteOffset, src.length)
  const attempts = 1 << level
  const matchEnd = end - LAST_LITERALS
  const lastStart = end - MATCH_LIMIT
  heads.fill(-1)
  let known = start
  const learn = (until: number): void => {
    for (; known < until; known++) {
      const hash = hashAt(input, known)
      chains[known & CHAIN_MASK] = heads[hash]!
      heads[hash] = known
    }
  }
  let anchor = start
  let position = start
  while (position < lastStart) {
    learn(position)
    search(input, src, position, matchEnd, attempts)
    if (best.length < MIN_MATCH) {
      position++
      continue
    }
    let { length, candidate } = best
    while (position + 1 < lastStart) {
      learn(position + 1)
      search(input, src, position + 1, matchEnd, attempts)
      if (best.length <= length) break
      length = best.length
      candidate = best.candidate
      position++
    }
    to = writeSequence(src, anchor, position, dst, to, position - candidate, length)
    position += length
    anchor = position
    learn(Math.min(position, lastStart))
  }
  return writeLiterals(src, anchor, end, dst, to, 0)
}

function search(input: DataView, src: Buffer, position: number, end: number, attempts: number): void {
  const four = input.getInt32(position, true)
  let candidate = heads[hashAt(input, position)]!
  best.length = 0
  for (let left = attempts; left > 0 && candidate >= 0 && position - candidate <= MAX_DISTANCE; left--) {
    // A longer match must have the byte that ends the best one so far.
    if (src[candidate + best.length] === src[position + best.length] && input.getInt32(candidate, true) === four) {
      const length = MIN_MATCH + matchLength(input, src, candidate + MIN_MATCH, position + MIN_MATCH, end)
      if (length > best.length) {
        best.length = length
        best.candidate = candidate
      }
    }
    const next = chains[candidate & CHAIN_MASK]!
    // Blocks of more than 64 KiB come around to places that are newer.
    if (next >= candidate) break
    candidate = next
  }
}

function hashAt(input: DataView, position: number): number {
  return Math.imul(input.getInt32(position, true), 0x9e3779b1) >>> (32 - HASH_BITS)
}
