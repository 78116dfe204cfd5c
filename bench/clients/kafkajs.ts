import { createRequire } from 'node:module'
import { UnavailableError } from '../child-report.ts'
import { type Compression, requireFrom, type Source, versionOf } from './source.ts'

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

export interface KafkaJsBatch {
  readonly batch: { readonly messages: readonly { readonly value: Buffer | null }[] }
}

interface KafkaJsClient {
  producer(options: object): {
    connect(): Promise<void>
    send(record: object): Promise<unknown>
    disconnect(): Promise<void>
  }
  consumer(options: object): {
    connect(): Promise<void>
    subscribe(options: object): Promise<void>
    run(options: {
      autoCommit: boolean
      eachBatch?: (payload: KafkaJsBatch) => Promise<void>
      eachMessage?: (payload: { readonly message: { readonly value: Buffer | null } }) => Promise<void>
    }): Promise<void>
    disconnect(): Promise<void>
  }
}

interface KafkaJs {
  readonly Kafka: new (config: object) => KafkaJsClient
  readonly logLevel: { readonly ERROR: number }
  readonly Partitioners: { readonly DefaultPartitioner: unknown }
  readonly CompressionTypes: { readonly LZ4: number; readonly ZSTD: number }
  readonly CompressionCodecs: Record<number, () => Codec>
}

/** @returns also the number by which it knows the codec. */
export function loadKafkaJs({ from, brokers }: Source, codec: Compression) {
  const { Kafka, logLevel, Partitioners, CompressionTypes, CompressionCodecs } = requireFrom(from)('kafkajs') as KafkaJs
  const compression = { none: 0, lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD }[codec]
  if (codec !== 'none') {
    const loaded = load(codec)
    CompressionCodecs[compression] = () => loaded
  }
  const kafka = new Kafka({ brokers, logLevel: logLevel.ERROR })
  return { kafka, Partitioners, compression, version: versionOf(from, 'kafkajs') }
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
