import { expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { FaultyBrokers } from './broker-model.ts'
import { send, turn } from './support.ts'

const PARTITIONS = 2
const MESSAGES = 300

/** Numbers from 0 to 1 by a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

it.each(Array.from({ length: 10 }, (_, i) => i))(
  'whatever fails, messages are written once and in order (seed %i)',
  async seed => {
    const random = seeded(seed)
    const leaders = { a: Array.from({ length: PARTITIONS }, () => 1) }
    const { peers, producer } = await startPeers({ leaders, count: 2 })
    const { logs } = new FaultyBrokers(peers, leaders, random)
    const sender = producer({ retry: { backoff: () => 0 } })
    const sending: { partition: number; value: string; outcome: ReturnType<typeof send> }[] = []
    for (let i = 0; i < MESSAGES; i++) {
      const partition = Math.floor(random() * PARTITIONS)
      const value = `${i}`
      sending.push({ partition, value, outcome: send(sender, value, partition) })
      while (random() < 0.3) await turn()
    }
    for (const { partition, value, outcome } of sending) {
      const { values } = logs[partition]!
      try {
        const { offset } = await outcome
        expect(values[Number(offset)]).toBe(value)
      } catch (error) {
        // Only those fail that are refused for good.
        expect(error).toMatchObject({ code: 'INVALID_RECORD' })
      }
    }
    for (const { values } of logs) {
      const calls = values.map(Number)
      expect(new Set(calls).size).toBe(calls.length)
      expect(calls).toEqual(calls.toSorted((a, b) => a - b))
    }
  },
)
