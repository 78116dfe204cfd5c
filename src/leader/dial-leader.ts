import type { Client } from '../cluster/client.ts'
import { partitionProblems } from '../cluster/client-arguments.ts'
import { KafkaClient } from '../cluster/kafka-client.ts'
import { type StartOffset, startProblem } from '../cluster/list-offset.ts'
import type { MetadataOptions } from '../cluster/metadata.ts'
import type { ConsumerOptions } from '../consumer/consumer.ts'
import type { TopicPartition } from '../consumer/message.ts'
import type { ConfigurationProblem } from '../errors/client-errors.ts'
import { Producer, type ProducerOptions } from '../producer/producer.ts'
import { refuse } from '../util/known-keys.ts'
import { LeaderConnection } from './leader-connection.ts'

/** What of the configuration it needs. */
export interface DialContext {
  readonly metadata: MetadataOptions
  readonly producer: ProducerOptions
  readonly consumer: ConsumerOptions
  readonly maxDecompressedBatchBytes: number
  readonly net: { readonly requestTimeoutMs: number }
  readonly onClosed: () => void
}

/** Finds the leader of a partition, and where reading begins. */
export async function dialLeader(
  client: Client,
  { topic, partition }: TopicPartition,
  from: StartOffset,
  signal: AbortSignal | undefined,
  { metadata, producer, consumer, maxDecompressedBatchBytes, net, onClosed }: DialContext,
): Promise<LeaderConnection> {
  const problem = startProblem(from, true)
  const problems: ConfigurationProblem[] = problem === undefined ? [] : [{ option: 'options.from', problem }]
  refuse([...partitionProblems(topic, partition), ...problems])
  // The one call that may create the topic.
  await client.metadata.lookUp(topic, { signal })
  const own = new KafkaClient(client, metadata)
  await own.leader(topic, partition, { signal })
  const offset = typeof from === 'bigint' ? from : await own.getOffset(topic, partition, from, { signal })
  const plain = { key: undefined, value: undefined, interceptors: [] }
  return new LeaderConnection({ topic, partition }, offset, {
    client: own,
    producer: new Producer(client, { ...producer, ...plain }, () => {}),
    options: consumer,
    maxDecompressedBytes: maxDecompressedBatchBytes,
    requestTimeoutMs: net.requestTimeoutMs,
    onClosed,
  })
}
