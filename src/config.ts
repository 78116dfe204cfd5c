import { adminOptions } from './admin/options.ts'
import type { Bootstrap } from './cluster/brokers.ts'
import { metadataOptions } from './cluster/options.ts'
import { consumerOptions } from './consumer/options.ts'
import { ConfigurationError, type ConfigurationProblem } from './errors/client-errors.ts'
import { groupOffsetsOptions, groupOptions } from './group/options.ts'
import { type Address, parseAddress } from './network/address.ts'
import { netOptions } from './network/options.ts'
import { checkHooks, type Hooks } from './observe/hooks.ts'
import { type Logger, stderrLogger } from './observe/logger.ts'
import { producerOptions } from './producer/options.ts'
import {
  bytes,
  custom,
  type Leaf,
  type Options,
  type OptionsInput,
  type RequiredLeaf,
  required,
  type Section,
  section,
  text,
} from './util/options.ts'

/** `host:port` each, or a function that finds them. */
export type BrokerList = string | readonly string[] | (() => Promise<string | readonly string[]>)

const LOGGER_METHODS = ['debug', 'info', 'warn', 'error'] as const

/** What consumers have, and what groups add to it. */
const allConsumerOptions = {
  ...consumerOptions,
  offsets: { ...consumerOptions.offsets, ...groupOffsetsOptions },
  group: groupOptions,
}

/** Written out, so that the comments of the slices reach users' editors. */
type KafkaTable = {
  /** Where to find the cluster: a list of `host:port`, a comma-separated string, or a function that promises one. */
  readonly brokers: RequiredLeaf<BrokerList>
  /** What brokers call this client, in their logs and quotas. Default `'samsa'`. */
  readonly clientId: Leaf<string>
  /** The rack that this client is in: consumers read from the nearest replica, where brokers are set up for that (KIP-392). Default none. */
  readonly rackId: Leaf<string | undefined>
  /** Connections to brokers. */
  readonly net: typeof netOptions
  /** What is known of the cluster. */
  readonly metadata: typeof metadataOptions
  /** Defaults of `kafka.producer()`. */
  readonly producer: typeof producerOptions
  /** Defaults of `kafka.consumer()` and `kafka.consumerGroup()`. */
  readonly consumer: typeof allConsumerOptions
  /** Defaults of `kafka.admin()`. */
  readonly admin: typeof adminOptions
  /** The most that one batch may become by decompression: a decompression bomb is an error. Bytes, default 256 MiB. */
  readonly maxDecompressedBatchBytes: Leaf<number>
  /** Where samsa tells what it does. By default warnings and errors go to stderr. */
  readonly logger: Leaf<Logger>
  /** Functions that are told what happens inside, for metrics and traces: see {@link Hooks}. By default none. */
  readonly hooks: Leaf<Hooks>
}

/** Every option of samsa: the layers' slices, joined. */
export const kafkaOptions: Section<KafkaTable> = section<KafkaTable>(
  {
    /** Where to find the cluster: a list of `host:port`, a comma-separated string, or a function that promises one. */
    brokers: required(
      custom<BrokerList | undefined>(undefined, checkBrokers, 'string | string[] | () => Promise<string | string[]>'),
    ),
    /** What brokers call this client, in their logs and quotas. */
    clientId: text('samsa'),
    /** The rack that this client is in: consumers read from the nearest replica, where brokers are set up for that (KIP-392). */
    rackId: text(),
    net: netOptions,
    metadata: metadataOptions,
    producer: producerOptions,
    consumer: allConsumerOptions,
    admin: adminOptions,
    /** The most that one batch may become by decompression: a decompression bomb is an error. */
    maxDecompressedBatchBytes: bytes(256 * 1024 * 1024, { min: 1 }),
    /** Where samsa tells what it does. */
    logger: custom<Logger>(stderrLogger, checkLogger, 'Logger', 'warnings to stderr'),
    /** Functions that are told what happens inside, for metrics and traces. */
    hooks: custom<Hooks>({}, checkHooks, 'Hooks', 'none'),
  },
  ({ net, producer, consumer }, report) => {
    if (producer.maxMessageBytes >= net.maxRequestBytes) {
      report('producer.maxMessageBytes', `must be less than net.maxRequestBytes (${net.maxRequestBytes})`)
    }
    if (consumer.fetch.maxBytes >= net.maxResponseBytes) {
      report('consumer.fetch.maxBytes', `must be less than net.maxResponseBytes (${net.maxResponseBytes})`)
    }
  },
)

/** The configuration of a {@link Kafka}. Only `brokers` must be given. */
export type KafkaConfig = OptionsInput<KafkaTable>
/** The configuration, checked and complete. */
export type ResolvedConfig = Options<KafkaTable>

/** How the way into the cluster is found; a function is asked each time. */
export function bootstrapOf(brokers: BrokerList): Bootstrap {
  if (typeof brokers !== 'function') {
    const addresses = toList(brokers).map(text => parseAddress(text)!)
    return async () => addresses
  }
  return async () => {
    const given: unknown = await brokers()
    const problem = checkList(given, 'the result of brokers()')
    if (problem.length > 0) throw new ConfigurationError(problem)
    return toList(given as string | readonly string[]).map(text => parseAddress(text) as Address)
  }
}

function toList(brokers: string | readonly string[]): readonly string[] {
  return typeof brokers === 'string' ? brokers.split(',') : brokers
}

function checkBrokers(value: unknown, path: string): readonly ConfigurationProblem[] {
  return typeof value === 'function' ? [] : checkList(value, path)
}

function checkList(value: unknown, path: string): ConfigurationProblem[] {
  const isList = typeof value === 'string' || (Array.isArray(value) && value.every(item => typeof item === 'string'))
  if (!isList)
    return [{ option: path, problem: "must be a list of 'host:port', or a string of them with commas between" }]
  const list = toList(value as string | string[])
  if (list.length === 0) return [{ option: path, problem: 'must name at least one broker' }]
  return list.flatMap((text, i) =>
    parseAddress(text) === undefined
      ? [
          {
            option: typeof value === 'string' ? path : `${path}[${i}]`,
            problem: `${JSON.stringify(text)} is not host:port`,
          },
        ]
      : [],
  )
}

function checkLogger(value: unknown): string | undefined {
  const methods = value as Partial<Record<string, unknown>> | null | undefined
  const missing = LOGGER_METHODS.filter(name => typeof methods?.[name] !== 'function')
  return missing.length === 0
    ? undefined
    : `must have the methods debug, info, warn and error; ${missing.join(', ')} missing`
}
