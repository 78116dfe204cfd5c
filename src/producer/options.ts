import { codecByName } from '../records/compression/registry.ts'
import type { Serializer } from '../serde/serde.ts'
import { bool, bytes, custom, describeValue, int, ms, oneOf, section } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'
import { partitionerProblem } from './partitioners/chooser-for.ts'
import { defaultPartitioner } from './partitioners/default.ts'
import type { Partitioner } from './partitioners/partitioner.ts'
import type { Data, ProducerInterceptor } from './types.ts'

/** The `producer` slice of the configuration. */
export const producerOptions = section(
  {
    /** Who has to have a message before it counts as sent: 0 nobody, 1 the partition leader, -1 all in-sync replicas. */
    acks: oneOf(-1, [0, 1, -1]),
    /**
     * Whether the broker leaves out what it has already, so that a retry never duplicates a message (KIP-98). Needs `acks` -1; by
     * default it is on with those, and off with others.
     */
    idempotent: bool(),
    /** How batches are compressed. 'zstd' needs the package zstd-napi before Node.js 22.15; the others are always there. */
    compression: oneOf('none', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
    /** The codec's level: gzip 1 to 9 (default 6), lz4 0 to 12 (default 0, the fast way), zstd -131072 to 22 (default 3). */
    compressionLevel: int(),
    /** Which partition a message goes to that names none; by default what Java's does. */
    partitioner: custom<Partitioner>(defaultPartitioner(), partitionerProblem, 'Partitioner', 'defaultPartitioner()'),
    /** When messages leave that have gathered. Whatever it says, batches go on filling while as many requests are in flight as may be. */
    flush: {
      /** A batch of so many bytes, before compression, is closed and leaves. */
      bytes: bytes(1_048_576, { min: 1 }),
      /** A batch of so many messages is closed and leaves; 0 is no such number. */
      messages: int(0, { min: 0 }),
      /**
       * How long a batch waits for more messages, less than `deliveryTimeoutMs`. With 0 it waits for none, and leaves by the end of the
       * current turn of the event loop, where nothing else holds it up.
       */
      frequencyMs: ms(0),
      /** The most messages of a batch; 0 is no limit. */
      maxMessages: int(0, { min: 0 }),
    },
    /** The most memory for messages without an outcome: then `send` waits, and `enqueue` answers false. */
    maxBufferedBytes: bytes(67_108_864, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    /**
     * The largest batch in bytes, before compression, less than `net.maxRequestBytes`; a message that does not fit into one is refused.
     */
    maxMessageBytes: bytes(1_048_576, { min: 128 }),
    /** How long the broker may wait for the replicas. */
    timeoutMs: ms(30_000, { min: 1 }),
    /** The whole life of a message, from `send` to the broker's answer, with all retries. */
    deliveryTimeoutMs: ms(120_000, { min: 1 }),
    /** How keys become bytes; without it they are text, bytes or Encoders. */
    key: custom<Serializer<Data> | undefined>(undefined, serializerProblem, 'Serializer'),
    /** How values become bytes; without it they are text, bytes or Encoders. */
    value: custom<Serializer<Data> | undefined>(undefined, serializerProblem, 'Serializer'),
    /** See each message before it is serialized, one after another. */
    interceptors: custom<readonly ProducerInterceptor[]>([], interceptorsProblem, 'ProducerInterceptor[]', '[]'),
    /** How a batch is tried again; by default until `deliveryTimeoutMs`. */
    retry: retryOptions(Infinity, 100, 1_000),
  },
  ({ flush, deliveryTimeoutMs }, report) => {
    if (flush.frequencyMs < deliveryTimeoutMs) return
    report(
      'flush.frequencyMs',
      `must be less than producer.deliveryTimeoutMs (${deliveryTimeoutMs}), in which messages expire`,
    )
  },
  ({ idempotent, acks }, report) => {
    if (idempotent === true && acks !== -1) report('idempotent', `needs producer.acks -1, not ${acks}`)
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

function serializerProblem(value: unknown): string | undefined {
  if (typeof (value as Partial<Serializer<unknown>> | null)?.serialize === 'function') return undefined
  return `must be a serializer such as json(), an object with serialize(), not ${describeValue(value)}`
}

function interceptorsProblem(value: unknown): string | undefined {
  const isOne = (item: unknown) => typeof (item as Partial<ProducerInterceptor> | null)?.onSend === 'function'
  if (!Array.isArray(value)) return `must be a list of objects with onSend(), not ${describeValue(value)}`
  const wrong = value.findIndex(item => !isOne(item))
  return wrong < 0 ? undefined : `must be a list of objects with onSend(); [${wrong}] has none`
}
