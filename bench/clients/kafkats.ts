import { createRequire } from 'node:module'
import { type Compression, requireFrom, type Source, versionOf } from './source.ts'

type Messages = readonly { readonly value: Buffer }[]

interface KafkatsClient {
  producer(options: object): {
    send(topic: string, messages: Messages | Messages[number]): Promise<unknown>
    disconnect(): Promise<void>
  }
  consumer(options: object): {
    runBatch(topic: string, handler: (messages: Messages) => Promise<void>, options: object): Promise<void>
    runEach(topic: string, handler: (message: Messages[number]) => Promise<void>, options: object): Promise<void>
    stop(): void
  }
  connect(): Promise<void>
  disconnect(): Promise<void>
}

interface Kafkats {
  readonly KafkaClient: new (config: object) => KafkatsClient
  readonly CompressionType: { readonly Lz4: number; readonly Zstd: number }
  readonly compressionCodecs: { register(type: number, codec: object): void }
  createLz4Codec(library: object): object
  createZstdCodec(library: object): object
}

/** `codec`: it brings neither, and finds other packages by itself; these are those that samsa has them from. */
export async function loadKafkats({ from, brokers }: Source, codec: Compression) {
  const kafkats = requireFrom(from)('@kafkats/client') as Kafkats
  const { CompressionType, compressionCodecs } = kafkats
  const require = createRequire(import.meta.url)
  if (codec === 'lz4') compressionCodecs.register(CompressionType.Lz4, kafkats.createLz4Codec(require('lz4')))
  if (codec === 'zstd') compressionCodecs.register(CompressionType.Zstd, kafkats.createZstdCodec(require('zstd-napi')))
  const kafka = new kafkats.KafkaClient({ brokers: [...brokers], clientId: 'bench' })
  await kafka.connect()
  return { kafka, version: versionOf(from, '@kafkats/client') }
}
