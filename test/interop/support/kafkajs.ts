import { onTestFinished } from 'vitest'
import { peer } from '../../kafka/support/kafkajs.ts'

export interface KafkaJsMessage {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly offset: string
}

export interface KafkaJsPayload {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaJsMessage
}

export interface KafkaJsConsumer {
  connect(): Promise<void>
  subscribe(subscription: { topics: string[]; fromBeginning?: boolean }): Promise<void>
  run(config: {
    eachMessage(payload: KafkaJsPayload): Promise<void>
    autoCommitThreshold?: number
    autoCommit?: boolean
  }): Promise<void>
  on(event: string, listener: (event: { payload: { memberAssignment: Record<string, number[]> } }) => void): () => void
  disconnect(): Promise<void>
}

export interface KafkaJsTransaction {
  send(record: object): Promise<unknown>
  sendOffsets(offsets: object): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}

export interface KafkaJsProducer {
  connect(): Promise<void>
  send(record: object): Promise<{ partition: number; baseOffset: string }[]>
  transaction(): Promise<KafkaJsTransaction>
  disconnect(): Promise<void>
}

export interface KafkaJsAdmin {
  connect(): Promise<void>
  listGroups(): Promise<{ groups: { groupId: string; protocolType: string }[] }>
  describeGroups(ids: string[]): Promise<{ groups: { groupId: string; state: string; members: object[] }[] }>
  fetchOffsets(options: object): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
  setOffsets(options: object): Promise<void>
  deleteGroups(ids: string[]): Promise<unknown>
  disconnect(): Promise<void>
}

interface KafkaJsClient {
  producer(options?: object): KafkaJsProducer
  consumer(options: object): KafkaJsConsumer
  admin(options?: object): KafkaJsAdmin
}

interface KafkaJs {
  readonly Kafka: new (config: object) => KafkaJsClient
  readonly logLevel: { readonly NOTHING: number }
  readonly Partitioners: { readonly DefaultPartitioner: unknown }
}

interface Connected {
  connect(): Promise<void>
  disconnect(): Promise<void>
}

/**
 * kafkajs on a cluster. What is made with it is connected, and disconnected when the test ends.
 *
 * @throws {KafkaUnavailableError} where it cannot be installed
 */
export async function kafkaJs(brokers: readonly string[], config: object = {}) {
  const { Kafka, logLevel, Partitioners } = await peer<KafkaJs>('kafkajs')
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 }, ...config })
  const connected = async <C extends Connected>(made: C): Promise<C> => {
    onTestFinished(() => made.disconnect())
    await made.connect()
    return made
  }
  return {
    producer: (options: object = {}) =>
      connected(client.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...options })),
    /** A member of a group that notices a rebalance soon, and is soon done when it disconnects. */
    consumer: (groupId: string) =>
      connected(client.consumer({ groupId, heartbeatInterval: 50, sessionTimeout: 6_000, maxWaitTimeInMs: 100 })),
    admin: () => connected(client.admin()),
  }
}
