import { expect, test } from 'vitest'
import { MemoryPool } from '../../../src/producer/memory-pool.ts'

const KIB = 1024
const MIB = 1024 * KIB

test('memory that was given back is taken again', () => {
  const pool = new MemoryPool(4 * MIB, { usedBytes: 0 })
  const taken = pool.take(100 * KIB)
  expect(taken).toHaveLength(128 * KIB)
  pool.give(taken)
  expect(pool.take(65 * KIB)).toBe(taken)
  expect(pool.idleBytes).toBe(0)
})

test('no more is kept than the limit', () => {
  const pool = new MemoryPool(2 * MIB, { usedBytes: 0 })
  const taken = [1, 2, 3].map(() => pool.take(MIB))
  for (const memory of taken) pool.give(memory)
  expect(pool.idleBytes).toBe(2 * MIB)
})

test('pieces of one size make way for another size when both would pass the limit', () => {
  const use = { usedBytes: 0 }
  const pool = new MemoryPool(4 * MIB, use)
  const taken = Array.from({ length: 8 }, () => pool.take(256 * KIB))
  for (const memory of taken) pool.give(memory)
  expect(pool.idleBytes).toBe(2 * MIB)
  pool.take(MIB)
  expect(pool.idleBytes).toBe(2 * MIB)
  use.usedBytes = 2 * MIB
  pool.take(MIB)
  expect(pool.idleBytes).toBe(MIB)
  use.usedBytes = 4 * MIB
  pool.take(2 * MIB)
  expect(pool.idleBytes).toBe(0)
})

test.each([100, 3 * MIB])('memory of %i bytes is not kept', bytes => {
  const pool = new MemoryPool(4 * MIB, { usedBytes: 0 })
  pool.give(pool.take(bytes))
  expect(pool.idleBytes).toBe(0)
})
