import { installPeers, requirePeer } from '../../../bench/install-peers.ts'
import { KafkaUnavailableError } from '../../../scripts/kafka/unavailable.ts'
import { bootstrap } from '../../support/kafka.ts'

/** What kafkajs has a codec for, which it does not bring itself. */
export interface KafkaJsCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

/** A message as it takes and gives them. */
export interface KafkaJsMessage {
  readonly key: Buffer
  readonly value: Buffer
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
    consumer(options: object): {
      connect(): Promise<void>
      subscribe(subscription: object): Promise<void>
      run(handlers: {
        eachMessage(payload: { readonly partition: number; readonly message: KafkaJsMessage }): Promise<void>
      }): Promise<void>
      on(event: string, listener: (event: { readonly payload: unknown }) => void): void
      disconnect(): Promise<void>
    }
  }
  readonly logLevel: { readonly NOTHING: number }
  readonly Partitioners: { readonly DefaultPartitioner: unknown }
  readonly CompressionTypes: { readonly Snappy: number }
  readonly CompressionCodecs: Record<number, () => KafkaJsCodec>
}

/**
 * A client, or a part of one, of `bench/peers`.
 *
 * @throws {KafkaUnavailableError} where it cannot be installed
 */
export async function peer<T>(path: string): Promise<T> {
  try {
    await installPeers()
  } catch (error) {
    throw new KafkaUnavailableError((error as Error).message, { cause: error })
  }
  return requirePeer(path) as T
}

async function kafkaJs(snappy: KafkaJsCodec) {
  const { Kafka, logLevel, Partitioners, CompressionTypes, CompressionCodecs } = await peer<KafkaJs>('kafkajs')
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy
  const client = new Kafka({ brokers: bootstrap(), logLevel: logLevel.NOTHING })
  return { client, createPartitioner: Partitioners.DefaultPartitioner, compression: CompressionTypes.Snappy }
}

/** Has kafkajs write messages to partition 0, as one batch that `codec` compresses. */
export async function writeSnappy(topic: string, messages: readonly KafkaJsMessage[], codec: KafkaJsCodec) {
  const { client, createPartitioner, compression } = await kafkaJs(codec)
  const producer = client.producer({ createPartitioner })
  await producer.connect()
  await producer.send({ topic, compression, messages: messages.map(message => ({ ...message, partition: 0 })) })
  await producer.disconnect()
}

/** Has kafkajs read the first `count` messages of a topic, of which `codec` decompresses the batches. */
export async function readSnappy(topic: string, count: number, codec: KafkaJsCodec): Promise<KafkaJsMessage[]> {
  const { client } = await kafkaJs(codec)
  const consumer = client.consumer({ groupId: topic })
  const read: KafkaJsMessage[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message: { key, value } }: { readonly message: KafkaJsMessage }) => {
      if (read.push({ key, value }) === count) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return read
}

/** Has kafkajs be a member of a group, by its only strategy, round robin. It commits what it has read when it leaves. */
export async function joinByKafkaJs(groupId: string, topic: string) {
  const { Kafka, logLevel } = await peer<KafkaJs>('kafkajs')
  const client = new Kafka({ brokers: bootstrap(), logLevel: logLevel.NOTHING })
  const consumer = client.consumer({ groupId, heartbeatInterval: 200 })
  const member = {
    read: [] as string[],
    partitions: [] as number[],
    leave: () => consumer.disconnect(),
  }
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  consumer.on('consumer.group_join', ({ payload }) => {
    const { memberAssignment } = payload as { readonly memberAssignment: Record<string, number[]> }
    member.partitions = memberAssignment[topic] ?? []
  })
  await consumer.run({
    async eachMessage({ partition, message: { value } }) {
      member.read.push(`${partition} ${value}`)
    },
  })
  return member
}
