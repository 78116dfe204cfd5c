import { murmur2 } from '../../util/murmur2.ts'
import { resolveOptions } from '../../util/options.ts'
import { builtIn } from './built-in.ts'
import { hashKey } from './key-hash.ts'
import type { PartitionerObject } from './partitioner.ts'
import { adaptive, stickyBytes, stickyChoice } from './sticky-choice.ts'

/** Options of {@link defaultPartitioner}. */
export interface DefaultPartitionerOptions {
  /** How many bytes of messages without a key go to a partition before another is chosen. Default 16,384. */
  readonly stickyBytes?: number | undefined
  /** Whether partitions with fewer batches waiting are chosen more often. Default true. */
  readonly adaptive?: boolean | undefined
}

/**
 * The default, which is Java's: a message with a key goes by the murmur2 of the key, over all partitions, so that equal keys
 * meet the same partition whoever sends them; an empty key is a key. Messages without a key stick to one writable partition
 * for 16 KiB, up to twice that while its batch is filling, and then go on to another, more likely one with few batches
 * waiting (KIP-480, KIP-794).
 *
 * @throws {@link ConfigurationError} for options that cannot be.
 */
export function defaultPartitioner(options: DefaultPartitionerOptions = {}): PartitionerObject {
  const resolved = resolveOptions({ stickyBytes, adaptive }, options, 'defaultPartitioner')
  return builtIn(
    (load, random) => {
      const sticky = stickyChoice(resolved, load, random)
      let isSticky = false
      return {
        choose(key, _message, topic) {
          isSticky = key === null
          return key === null ? sticky.current(topic) : (hashKey(key, murmur2) & 0x7fffffff) % topic.partitions.length
        },
        onAppended(bytes) {
          if (isSticky) sticky.onAppended(bytes)
        },
      }
    },
    ({ key }) => key !== null,
  )
}
