import type { PlanMember, PlanTopic } from '../../../src/group/assignors/strategy.ts'
import { member } from '../../unit/group/assignors/support.ts'
import type { Group } from './java-assignors.ts'

const RACKS = ['a', 'b', 'c', 'd']

/** Groups of all kinds: like-minded and not, with static members and not, with racks and not; the same for the same seed. */
export function randomGroups(count: number, seed: number): Group[] {
  const random = generator(seed)
  return Array.from({ length: count }, () => randomGroup(random))
}

function randomGroup(random: (below: number) => number): Group {
  const likeMinded = random(2) === 0
  const withRacks = random(2) === 0
  // Few different sizes, so that there are topics that are alike.
  const topics = Array.from({ length: 1 + random(6) }, (_, i): PlanTopic => {
    const factor = random(3) + 1
    return {
      topic: `t${i}`,
      partitions: Array.from({ length: 1 + random(4) * 3 }, (_, partition) => ({
        partition,
        racks: withRacks ? replicaRacks(random(RACKS.length), factor) : [],
      })),
    }
  })
  const names = topics.map(({ topic }) => topic)
  const members = Array.from({ length: 1 + random(8) }, (_, i): PlanMember => {
    const some = names.filter(() => random(3) > 0)
    // Nobody is without topics: Java would at times give partitions to such a member.
    const its = likeMinded || some.length === 0 ? names : some
    return member(`member-${random(100)}-${i}`, its, {
      instanceId: random(3) === 0 ? `instance-${random(100)}-${i}` : null,
      rackId: withRacks && random(5) > 0 ? RACKS[random(RACKS.length)]! : null,
    })
  })
  return { topics, members }
}

function replicaRacks(first: number, factor: number): string[] {
  return Array.from({ length: factor }, (_, i) => RACKS[(first + i) % RACKS.length]!)
}

/** Numbers from 0 to `below` - 1 (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
