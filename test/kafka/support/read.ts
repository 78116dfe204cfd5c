import type { Kafka, Message, MessageBatch, StartOffset } from '../../../src/index.ts'

interface Where {
  readonly partition?: number
  readonly from?: StartOffset
}

/** Reads a partition batch by batch, from its start unless told otherwise, up to the batch that holds `last`. */
export async function readBatches(
  kafka: Kafka,
  topic: string,
  last: bigint,
  { partition = 0, from = 'oldest' }: Where = {},
): Promise<MessageBatch[]> {
  const batches: MessageBatch[] = []
  await using consumer = kafka.consumer()
  for await (const batch of consumer.consumePartition(topic, partition, { from }).batches()) {
    batches.push(batch)
    if (batch.lastOffset >= last) break
  }
  return batches
}

/** Reads a partition message by message, from its start unless told otherwise, up to the offset `last`. */
export async function readMessages(
  kafka: Kafka,
  topic: string,
  last: bigint,
  { partition = 0, from = 'oldest' }: Where = {},
): Promise<Message[]> {
  const messages: Message[] = []
  await using consumer = kafka.consumer()
  for await (const message of consumer.consumePartition(topic, partition, { from })) {
    messages.push(message)
    if (message.offset >= last) break
  }
  return messages
}

/** The values of messages as text. */
export const valuesOf = (messages: Iterable<Message>): (string | undefined)[] =>
  Array.from(messages, message => message.value?.toString())
