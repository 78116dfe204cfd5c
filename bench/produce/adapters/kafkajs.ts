import { createRequire } from 'node:module'
import { type Adapter, rotation, sendArrays, UnavailableError } from './adapter.ts'

const ARRAYS = { size: 5_000, inFlight: 3 }

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

interface KafkaJs {
  readonly Kafka: new (
    config: object,
  ) => {
    producer(options: object): {
      connect(): Promise<void>
      send(record: object): Promise<unknown>
      disconnect(): Promise<void>
    }
  }
  readonly logLevel: { readonly ERROR: number }
  readonly Partitioners: { readonly DefaultPartitioner: unknown }
  readonly CompressionTypes: { readonly LZ4: number; readonly ZSTD: number }
  readonly CompressionCodecs: Record<number, () => Codec>
}

export const kafkajs: Adapter = async (
  { from, brokers, topic, compression: codec, idempotent, valueBytes },
  values,
) => {
  const require = createRequire(`${from}package.json`)
  const { Kafka, logLevel, Partitioners, CompressionTypes, CompressionCodecs } = require('kafkajs') as KafkaJs
  const { version } = require('kafkajs/package.json') as { version: string }
  const compression = { none: 0, lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD }[codec]
  if (codec !== 'none') {
    const loaded = load(codec)
    CompressionCodecs[compression] = () => loaded
  }
  const kafka = new Kafka({ brokers, logLevel: logLevel.ERROR })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent })
  await producer.connect()
  const next = rotation(values)
  const send = (length: number): Promise<unknown> =>
    producer.send({ topic, compression, acks: -1, messages: Array.from({ length }, () => ({ value: next() })) })
  return {
    version,
    sendMany: count => sendArrays(count, valueBytes, ARRAYS, send),
    sendOne: () => send(1),
    close: () => producer.disconnect(),
  }
}

/** It brings neither codec: these are from the packages that samsa has them from. */
function load(codec: 'lz4' | 'zstd'): Codec {
  const require = createRequire(import.meta.url)
  try {
    if (codec === 'lz4') {
      const { encode, decode } = require('lz4') as { encode(bytes: Buffer): Buffer; decode(bytes: Buffer): Buffer }
      return { compress: async ({ buffer }) => encode(buffer), decompress: async bytes => decode(bytes) }
    }
    const { compress, decompress } = require('zstd-napi') as Record<
      'compress' | 'decompress',
      (bytes: Buffer) => Buffer
    >
    return { compress: async ({ buffer }) => compress(buffer), decompress: async bytes => decompress(bytes) }
  } catch (cause) {
    throw new UnavailableError(`no ${codec} for it: ${(cause as Error).message}`, { cause })
  }
}
