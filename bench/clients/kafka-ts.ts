import { requireFrom, type Source, versionOf } from './source.ts'

interface KafkaTsClient {
  createProducer(options: object): { send(messages: object[]): Promise<void>; close(): Promise<void> }
  startConsumer(options: {
    topics: string[]
    fromTimestamp: bigint
    onBatch: (messages: readonly { readonly value: string | null }[]) => void
  }): Promise<{ close(): Promise<void> }>
}

export function loadKafkaTs({ from, brokers }: Source) {
  const { createKafkaClient } = requireFrom(from)('kafka-ts') as { createKafkaClient(options: object): KafkaTsClient }
  const bootstrapServers = brokers.map(broker => {
    const [host, port] = broker.split(':')
    return { host, port: Number(port) }
  })
  return { kafka: createKafkaClient({ clientId: 'bench', bootstrapServers }), version: versionOf(from, 'kafka-ts') }
}
