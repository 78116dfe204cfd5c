import { expect, it } from 'vitest'
import { cooperativeSticky } from '../../../src/group/assignors/cooperative-sticky.ts'
import type { Claim } from '../../../src/index.ts'
import { startCluster } from '../testing/support.ts'
import { newGroup, reader, topics, write } from './support.ts'

it('a claim that stays through rebalances stays paused; one that has gone and comes back is not', async () => {
  const cluster = await startCluster({ topics })
  const options = { group: { rebalance: { strategies: [cooperativeSticky()] } } }
  const claims: Claim[] = []
  const first = reader()
  const { consumeClaim } = first.handler
  newGroup(cluster, options).consume(['t'], {
    consumeClaim(session, claim) {
      // Those of the beginning.
      if (claims.push(claim) <= 2) claim.pause()
      first.until.changed()
      return consumeClaim(session, claim)
    },
  })
  await first.until.holds(() => claims.length === 2)
  const second = reader()
  const other = newGroup(cluster, options)
  other.consume(['t'], second.handler)
  await second.until.holds(() => second.story.length > 0)
  const [stays, gone] = claims[0]!.signal.aborted ? [claims[1]!, claims[0]!] : [claims[0]!, claims[1]!]
  expect([stays.isPaused, gone.signal.aborted]).toEqual([true, true])
  await other.close()
  await first.until.holds(() => claims.length === 3)
  const back = claims[2]!
  expect([back.partition, back.isPaused, stays.isPaused]).toEqual([gone.partition, false, true])

  write(cluster, stays.partition, 'kept waiting')
  write(cluster, back.partition, 'read')
  await first.has(1)
  expect(first.read).toEqual([`t-${back.partition} read`])
  stays.resume()
  await first.has(2)
  expect(first.read[1]).toBe(`t-${stays.partition} kept waiting`)
})
