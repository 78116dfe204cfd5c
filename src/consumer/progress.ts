import type { Lane } from './outlet.ts'

/** How far a partition is read, whatever its messages are. */
type AnyLane = Lane<unknown, unknown>

export function positionOf({ position }: Pick<AnyLane, 'position'>): bigint | undefined {
  return position < 0n ? undefined : position
}

export function highWatermarkOf({ feed: { highWatermark } }: Pick<AnyLane, 'feed'>): bigint | undefined {
  return highWatermark < 0n ? undefined : highWatermark
}

/** How many offsets there are until the end that readers of this isolation level may get to. */
export function lagOf(lane: Pick<AnyLane, 'position' | 'feed'>, isReadCommitted: boolean): bigint | undefined {
  const position = positionOf(lane)
  const { highWatermark, lastStableOffset } = lane.feed
  const end = isReadCommitted && lastStableOffset >= 0n ? lastStableOffset : highWatermark
  if (position === undefined || end < 0n) return undefined
  return end > position ? end - position : 0n
}

/** What is known of each partition, by topic and partition. */
export function byPartition<L extends Pick<AnyLane, 'feed'>>(
  lanes: Iterable<L>,
  of: (lane: L) => bigint | undefined,
): Map<string, Map<number, bigint>> {
  const found = new Map<string, Map<number, bigint>>()
  for (const lane of lanes) {
    const known = of(lane)
    if (known === undefined) continue
    const { topic, partition } = lane.feed
    const ofTopic = found.get(topic) ?? new Map<number, bigint>()
    found.set(topic, ofTopic.set(partition, known))
  }
  return found
}
