import type { KafkaError } from '../errors/kafka-error.ts'
import { ElectLeaders } from '../protocol/messages/elect-leaders.ts'
import { oneOf, required, resolveOptions } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items, partitionName, topicPartition } from './check.ts'
import { Codes } from './codes.ts'
import { byTopic } from './locate.ts'

/** The first of the replicas, if it is in sync · any live one where none is in sync, which loses messages (KIP-460). */
export type ElectionType = 'preferred' | 'unclean'

/** What became of an election. */
export interface ElectedPartition {
  readonly topic: string
  readonly partition: number
  /** ELECTION_NOT_NEEDED where the right one leads already. */
  readonly error?: KafkaError
}

const types = new Codes<ElectionType>({ preferred: 0, unclean: 1 })

export function electLeaders(
  context: AdminContext,
  type: ElectionType,
  given: readonly { readonly topic: string; readonly partition: number }[] | undefined,
  options: AdminCallOptions,
): Promise<ElectedPartition[]> {
  return inCall(context, {}, options, async call => {
    const { electionType } = resolveOptions(
      { electionType: required(oneOf(undefined, types.names)) },
      { electionType: type },
      '',
    )
    const asked = given === undefined ? undefined : items(given, 'partitions', topicPartition, partitionName)
    const topics = asked && byTopic(asked, ({ partition }) => partition)
    const body = {
      timeoutMs: call.timeoutMs,
      ...(electionType === 'preferred' ? {} : { electionType: types.code(electionType) }),
      topicPartitions: topics?.map(({ name: topic, partitions }) => ({ topic, partitions })) ?? null,
    }
    const answer = await call.ask(ElectLeaders, body, { controller: true })
    throwFailure('electing leaders', answer)
    const results = answer.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId: partition, ...result }) => ({ topic, partition, ...result })),
    )
    const byName = new Map(results.map(result => [partitionName(result), result]))
    return (asked ?? results).map(({ topic, partition }) => {
      const name = partitionName({ topic, partition })
      const error = failureOf(`electing a leader for ${name}`, byName.get(name))
      return error === undefined ? { topic, partition } : { topic, partition, error }
    })
  })
}
