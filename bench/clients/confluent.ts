import { UnavailableError } from '../child-report.ts'
import { type Compression, requireFrom, type Source, versionOf } from './source.ts'

const NAME = '@confluentinc/kafka-javascript'

interface Confluent {
  readonly features: readonly string[]
  readonly Producer: new (
    config: object,
  ) => {
    connect(options: object, onConnected: (error: Error | null) => void): void
    produce(topic: string, partition: number | null, value: Buffer): void
    setPollInBackground(set: boolean): void
    poll(): void
    flush(timeoutMs: number, onFlushed: (error: Error | null) => void): void
    disconnect(onDisconnected: (error: Error | null) => void): void
    on(event: 'delivery-report', listener: (error: Error | null) => void): void
  }
  readonly KafkaConsumer: new (
    config: object,
    topicConfig: object,
  ) => {
    connect(options: object, onConnected: (error: Error | null) => void): void
    assign(partitions: object[]): void
    consume(most: number, onMessages: (error: Error | null, messages: readonly { value: Buffer }[]) => void): void
    disconnect(onDisconnected: (error: Error | null) => void): void
  }
  readonly KafkaJS: {
    readonly Kafka: new (
      config: object,
    ) => {
      producer(config: object): {
        connect(): Promise<void>
        send(record: object): Promise<unknown>
        disconnect(): Promise<void>
      }
      consumer(config: object): {
        connect(): Promise<void>
        subscribe(options: object): Promise<void>
        run(options: { eachMessage(payload: { readonly message: { value: Buffer } }): Promise<void> }): Promise<void>
        disconnect(): Promise<void>
      }
    }
  }
}

export function loadConfluent({ from }: Source, compression: Compression) {
  let library: Confluent
  try {
    library = requireFrom(from)(NAME) as Confluent
  } catch (error) {
    throw new UnavailableError((error as Error).message.replaceAll('\n', ' '))
  }
  if (compression !== 'none' && !library.features.includes(compression)) {
    throw new UnavailableError(`as it was built here it has no ${compression}`)
  }
  return { library, version: versionOf(from, NAME) }
}

export type ConfluentLibrary = ReturnType<typeof loadConfluent>['library']
