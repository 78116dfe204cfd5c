import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { topicName } from '../../support/cluster-of-peers.ts'
import type { Asked, Peer } from '../../support/peer.ts'

/** What a produce request has for one partition. */
export interface Sent {
  /** `topic-partition` */
  readonly where: string
  readonly values: (string | undefined)[]
  readonly bytes: Buffer
}

/** What a peer says of one partition: where it was written, or the code of an error; nothing at all for undefined. */
type Outcome = { readonly offset: bigint } | { readonly errorCode: number } | undefined

/** The next produce request that a peer has not answered, and how to answer it. */
export async function nextProduce(peer: Peer) {
  const asked = await peer.next()
  return { ...produceOf(asked), answer: (outcomes: Record<string, Outcome>) => answerProduce(asked, outcomes) }
}

/** Answers all further produce requests of a peer, each of their partitions in the same way. */
export async function answerAll(peer: Peer, outcome: () => Outcome): Promise<never> {
  for (;;) {
    const { sent, answer } = await nextProduce(peer)
    answer(Object.fromEntries(sent.map(({ where }) => [where, outcome()])))
  }
}

function produceOf(asked: Asked) {
  const body = asked.body('Produce')
  const sent: Sent[] = body.topicData.flatMap(topic =>
    topic.partitionData.map(({ index, records }) => ({
      where: `${topicName(topic)}-${index}`,
      values: [...decodeRecordBatches(records!)].flatMap(batch => Array.from(batch, ({ value }) => value?.toString())),
      bytes: Buffer.from(records!),
    })),
  )
  return { asked, body, sent }
}

/** Answers for the partitions that are named; the request's others are left out. */
function answerProduce(asked: Asked, outcomes: Record<string, Outcome>): void {
  const responses = asked.body('Produce').topicData.map(topic => ({
    name: topic.name,
    topicId: topic.topicId,
    partitionResponses: topic.partitionData.flatMap(({ index }) => {
      const outcome = outcomes[`${topicName(topic)}-${index}`]
      if (outcome === undefined) return []
      const isError = 'errorCode' in outcome
      return [{ index, errorCode: isError ? outcome.errorCode : 0, baseOffset: isError ? -1n : outcome.offset }]
    }),
  }))
  asked.answer('Produce', { responses })
}
