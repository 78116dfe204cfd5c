import { expect, it } from 'vitest'
import { groupChaos } from '../../scripts/soak/group-chaos.ts'
import { cooperativeSticky, range } from '../../src/index.ts'
import { bootstrap, needsKafka } from '../support/kafka.ts'

needsKafka()

// Longer, and with other seeds, it runs by itself: npm run soak -- --group.
it('members of groups come and go under load: nothing is lost, nothing is committed too early, and nobody is stuck', async () => {
  const chaos = [range(), cooperativeSticky()].map((strategy, i) =>
    groupChaos({ brokers: bootstrap(), strategy, seconds: 60, seed: 7 + i }),
  )
  for (const { written, joined, problems } of await Promise.all(chaos)) {
    expect(problems).toEqual([])
    expect([written, joined].every(each => each > 1)).toBe(true)
  }
}, 240_000)
