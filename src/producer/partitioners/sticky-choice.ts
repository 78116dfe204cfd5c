import type { TopicSnapshot } from '../../cluster/snapshot.ts'
import { bool, bytes } from '../../util/options.ts'
import type { TopicLoad } from './chooser.ts'
import { candidates, isWritable, randomCandidate } from './topic-partitions.ts'

/** Java's `batch.size`, by which its producers switch. */
export const stickyBytes = bytes(16_384, { min: 1 })
export const adaptive = bool(true)

export interface StickyOptions {
  readonly stickyBytes: number
  readonly adaptive: boolean
}

export interface StickyChoice {
  current(topic: TopicSnapshot): number
  onAppended(bytes: number): void
}

/**
 * Stays with a partition until so many bytes went there, which makes batches large, then takes another by chance (KIP-794).
 * It waits for the open batch to leave, lest the next visit begins with what little was left to send, but not beyond twice
 * the bytes.
 */
export function stickyChoice(options: StickyOptions, load: TopicLoad, random: () => number): StickyChoice {
  const enough = options.stickyBytes
  const atMost = 2 * enough
  let known: TopicSnapshot | undefined
  let partition = -1
  let appended = 0

  const switchIn = (topic: TopicSnapshot): number => {
    partition = options.adaptive ? byQueueLength(topic, load, random) : randomCandidate(topic, random)
    appended = 0
    return partition
  }
  return {
    current(topic) {
      if (topic !== known) {
        known = topic
        if (!isWritable(topic, partition)) return switchIn(topic)
      }
      if (appended >= enough && (appended >= atMost || !load.isFilling(partition))) return switchIn(topic)
      return partition
    },
    onAppended(bytes) {
      appended += bytes
    },
  }
}

/**
 * A partition is the likelier the fewer batches it has waiting: its weight is what it has less than the longest queue, and
 * one. So brokers that are slow get less.
 */
function byQueueLength(topic: TopicSnapshot, load: TopicLoad, random: () => number): number {
  const among = candidates(topic)
  let longest = 0
  let sum = 0
  for (const partition of among) {
    const queued = load.queuedBatches(partition)
    if (queued > longest) longest = queued
    sum += queued
  }
  const most = longest + 1
  let left = Math.floor(random() * (among.length * most - sum))
  let i = 0
  while (i < among.length - 1) {
    left -= most - load.queuedBatches(among[i]!)
    if (left < 0) break
    i++
  }
  return among[i]!
}
