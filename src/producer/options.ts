import { codecByName } from '../records/compression/registry.ts'
import { bytes, int, ms, oneOf, section } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'

/** The `producer` slice of the configuration. */
export const producerOptions = section(
  {
    /** Who has to have a message before it counts as sent: 0 nobody, 1 the partition leader, -1 all in-sync replicas. */
    acks: oneOf(-1, [0, 1, -1]),
    /** How batches are compressed. 'zstd' needs the package zstd-napi before Node.js 22.15; the others are always there. */
    compression: oneOf('none', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
    /** The codec's level: gzip 1 to 9 (default 6), lz4 0 to 12 (default 0, the fast way), zstd -131072 to 22 (default 3). */
    compressionLevel: int(),
    /** The largest batch in bytes, before compression; a message that does not fit into one is refused. */
    maxMessageBytes: bytes(1_048_576, { min: 128 }),
    /** How long the broker may wait for the replicas. */
    timeoutMs: ms(30_000, { min: 1 }),
    /** The whole life of a message, from `send` to the broker's answer, with all retries. */
    deliveryTimeoutMs: ms(120_000, { min: 1 }),
    /** How a batch is tried again; by default until `deliveryTimeoutMs`. */
    retry: retryOptions(Infinity, 100, 1_000),
  },
  ({ compression, compressionLevel: level }, report) => {
    if (level === undefined) return
    const { levels } = codecByName(compression)
    if (levels === undefined) report('compressionLevel', `'${compression}' has no levels`)
    else if (level < levels.min || level > levels.max) {
      report('compressionLevel', `'${compression}' has levels ${levels.min} to ${levels.max}, not ${level}`)
    }
  },
)
