import type { KafkaError } from '../errors/kafka-error.ts'
import { AlterPartitionReassignments } from '../protocol/messages/alter-partition-reassignments.ts'
import { ListPartitionReassignments } from '../protocol/messages/list-partition-reassignments.ts'
import { bool, custom, describeValue, required } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, isNodeId, items, partitionName, topicPartition } from './check.ts'
import { byTopic, partitionIndex } from './locate.ts'

/** A partition that is to move to other brokers. */
export interface PartitionReassignment {
  readonly topic: string
  readonly partition: number
  /** The node ids of the replicas that it is to have, the preferred leader first; null stops a move that is under way. */
  readonly replicas: readonly number[] | null
}

/** What became of a partition that was to move; that it has begun to move does not mean that it has arrived. */
export interface ReassignedPartition {
  readonly topic: string
  readonly partition: number
  readonly error?: KafkaError
}

/** A partition that is on the move. */
export interface OngoingReassignment {
  readonly topic: string
  readonly partition: number
  /** All replicas, those that come and go included. */
  readonly replicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
}

export interface AlterPartitionReassignmentsOptions extends AdminCallOptions {
  /** Whether the number of replicas may change with it (KIP-860, Kafka 4.1 and later; before it always may). Default true. */
  readonly allowReplicationFactorChange?: boolean | undefined
}

const reassignment = {
  ...topicPartition,
  replicas: required(custom<readonly number[] | null | undefined>(undefined, replicasProblem, 'number[] | null')),
}

export function alterPartitionReassignments(
  context: AdminContext,
  given: readonly PartitionReassignment[],
  options: AlterPartitionReassignmentsOptions,
): Promise<ReassignedPartition[]> {
  const table = { allowReplicationFactorChange: bool(true) }
  return inCall(context, table, options, async (call, { allowReplicationFactorChange }) => {
    const partitions = items(given, 'partitions', reassignment, partitionName)
    const body = {
      timeoutMs: call.timeoutMs,
      ...(allowReplicationFactorChange ? {} : { allowReplicationFactorChange }),
      topics: byTopic(partitions, ({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
    }
    const answer = await call.ask(AlterPartitionReassignments, body, { controller: true })
    throwFailure('reassigning partitions', answer)
    const find = partitionIndex(answer.responses)
    return partitions.map(({ topic, partition }) => {
      const error = failureOf(`reassigning ${partitionName({ topic, partition })}`, find({ topic, partition }))
      return error === undefined ? { topic, partition } : { topic, partition, error }
    })
  })
}

export function listPartitionReassignments(
  context: AdminContext,
  given: readonly { readonly topic: string; readonly partition: number }[] | undefined,
  options: AdminCallOptions,
): Promise<OngoingReassignment[]> {
  return inCall(context, {}, options, async call => {
    const asked = given === undefined ? undefined : items(given, 'partitions', topicPartition, partitionName)
    const topics = asked && byTopic(asked, ({ partition }) => partition)
    const body = {
      timeoutMs: call.timeoutMs,
      topics: topics?.map(({ name, partitions }) => ({ name, partitionIndexes: partitions })) ?? null,
    }
    const answer = await call.ask(ListPartitionReassignments, body, { controller: true })
    throwFailure('listing partition reassignments', answer)
    return answer.topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, replicas, addingReplicas, removingReplicas }) => {
        return { topic, partition, replicas, addingReplicas, removingReplicas }
      }),
    )
  })
}

function replicasProblem(value: unknown): string | undefined {
  if (value === null) return undefined
  if (!Array.isArray(value)) return `must be a list of node ids, or null, not ${describeValue(value)}`
  if (value.length === 0) return 'must name at least one broker'
  return value.map(isNodeId).find(problem => problem !== undefined)
}
