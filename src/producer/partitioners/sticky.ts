import { resolveOptions } from '../../util/options.ts'
import { builtIn } from './built-in.ts'
import type { PartitionerObject } from './partitioner.ts'
import { stickyBytes, stickyChoice } from './sticky-choice.ts'

/** Options of {@link sticky}. */
export interface StickyPartitionerOptions {
  /** How many bytes go to a partition before another is chosen. Default 16,384. */
  readonly stickyBytes?: number | undefined
}

/**
 * Keys do not count: all messages stick to one writable partition for 16 KiB, up to twice that while its batch is filling,
 * and then go on to another, each as likely. The idea is that of Java's UniformStickyPartitioner (KIP-480): as large
 * batches as can be, for topics in which nothing depends on equal keys meeting.
 *
 * @throws {@link ConfigurationError} for options that cannot be.
 */
export function sticky(options: StickyPartitionerOptions = {}): PartitionerObject {
  const resolved = resolveOptions({ stickyBytes }, options, 'sticky')
  return builtIn((load, random) => {
    const choice = stickyChoice({ ...resolved, adaptive: false }, load, random)
    return { choose: (_key, _message, topic) => choice.current(topic), onAppended: choice.onAppended }
  }, false)
}
