import { onTestFinished, vi } from 'vitest'
import type { Producer } from '../../../src/index.ts'
import type { EncodableResponse } from '../../../src/protocol/api.ts'
import type { apis } from '../../../src/protocol/apis.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { topicName } from '../../support/cluster-of-peers.ts'
import type { Asked, Peer } from '../../support/peer.ts'

/** What a produce request has for one partition. */
export interface Sent {
  /** `topic-partition` */
  readonly where: string
  readonly values: (string | undefined)[]
  /** Whose batch it is, as idempotence has it. */
  readonly by: readonly [producerId: bigint, epoch: number, baseSequence: number]
  readonly bytes: Buffer
}

type Answer = EncodableResponse<typeof apis.Produce>
type PartitionAnswer = Answer['responses'][number]['partitionResponses'][number]
interface OutcomeFields extends Omit<Partial<PartitionAnswer>, 'index' | 'baseOffset' | 'errorCode'> {
  readonly offset?: bigint
}

/** What a peer says of one partition: where it was written, or the code of an error; nothing at all for undefined. */
type Outcome = (OutcomeFields & ({ readonly offset: bigint } | { readonly errorCode: number })) | undefined
type Outcomes = Readonly<Record<string, Outcome>>

export type ProduceAsked = Awaited<ReturnType<typeof nextProduce>>

/** The next produce request that a peer has not answered, and how to answer it. */
export async function nextProduce(peer: Peer) {
  const asked = await peer.next()
  return {
    ...produceOf(asked),
    answer: (outcomes: Outcomes, more?: Partial<Answer>) => answerProduce(asked, outcomes, more),
  }
}

/** Answers all further produce requests of a peer, each of their partitions in the same way. */
export async function answerAll(peer: Peer, outcome: () => Outcome): Promise<never> {
  for (;;) {
    const { sent, answer } = await nextProduce(peer)
    answer(Object.fromEntries(sent.map(({ where }) => [where, outcome()])))
  }
}

/** The batches of a request: where each goes, and its values. */
export function batchesOf({ sent }: ProduceAsked): (string | undefined)[][] {
  return sent.map(({ where, values }) => [where, ...values])
}

/** Sends to topic a. A test that fails before it looks at the outcome has told why already. */
export function send(producer: Producer, value: string, partition = 0) {
  const sending = producer.send({ topic: 'a', partition, value })
  sending.catch(() => {})
  return sending
}

/** Writes a first message to partitions of topic a: from then on the client knows the topic, and their leader the producer. */
export async function prime(producer: Producer, peer: Peer, partitions: readonly number[] = [0]) {
  const sending = partitions.map(partition => send(producer, 'first', partition))
  const { sent, answer } = await nextProduce(peer)
  answer(Object.fromEntries(sent.map(({ where }) => [where, { offset: 0n }])))
  await Promise.all(sending)
}

/** Sends messages to a partition of topic a, each of which has left in a request of its own before the next is given. */
export async function sendOneByOne(producer: Producer, peer: Peer, values: readonly string[], partition = 0) {
  const sending: ReturnType<typeof send>[] = []
  const requests: ProduceAsked[] = []
  for (const value of values) {
    sending.push(send(producer, value, partition))
    requests.push(await nextProduce(peer))
  }
  return { sending, requests }
}

/** The next turn of the event loop: what may leave has left by then, as far as that waits for nothing. */
export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** From here on clocks and timers run when the test advances them; sockets and turns of the event loop as ever. */
export function ownTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

function produceOf(asked: Asked) {
  const body = asked.body('Produce')
  const sent: Sent[] = body.topicData.flatMap(topic =>
    topic.partitionData.map(({ index, records }) => {
      const batches = [...decodeRecordBatches(records!)]
      const { producerId, producerEpoch, baseSequence } = batches[0]!
      return {
        where: `${topicName(topic)}-${index}`,
        values: batches.flatMap(batch => Array.from(batch, ({ value }) => value?.toString())),
        by: [producerId, producerEpoch, baseSequence],
        bytes: Buffer.from(records!),
      }
    }),
  )
  return { asked, body, sent }
}

/** Answers for the partitions that are named; the request's others are left out. */
function answerProduce(asked: Asked, outcomes: Outcomes, more: Partial<Answer> = {}): void {
  const responses = asked.body('Produce').topicData.map(topic => ({
    name: topic.name,
    topicId: topic.topicId,
    partitionResponses: topic.partitionData.flatMap(({ index }): PartitionAnswer[] => {
      const outcome = outcomes[`${topicName(topic)}-${index}`]
      if (outcome === undefined) return []
      const { offset: baseOffset = -1n, ...fields } = outcome
      return [{ index, errorCode: 0, baseOffset, ...fields }]
    }),
  }))
  asked.answer('Produce', { responses, ...more })
}
