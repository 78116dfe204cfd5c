import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Response } from '../protocol/api.ts'
import { AlterReplicaLogDirs } from '../protocol/messages/alter-replica-log-dirs.ts'
import { DescribeLogDirs } from '../protocol/messages/describe-log-dirs.ts'
import { refuse } from '../util/known-keys.ts'
import { type AdminCall, type AdminContext, failureOf, inCall, outcome } from './call.ts'
import {
  type AdminCallOptions,
  isNodeId,
  items,
  name,
  nodeId,
  partitionName,
  refuseTwice,
  topicPartition,
} from './check.ts'
import { atBrokers, byTopic, liveBrokers, partitionIndex } from './locate.ts'
import { scatter } from './scatter.ts'

/** A replica in a folder of a broker. */
export interface ReplicaInfo {
  readonly topic: string
  readonly partition: number
  readonly sizeBytes: bigint
  /** How many offsets it is behind the high watermark, or behind the replica that it is to replace. */
  readonly offsetLag: bigint
  /** Whether it is being moved here from another folder of the broker. */
  readonly isFuture: boolean
}

/** A folder in which a broker keeps replicas. */
export interface LogDirDescription {
  /** An absolute path. */
  readonly path: string
  readonly replicas: readonly ReplicaInfo[]
  /** Of the volume (KIP-827); absent where it is not known. */
  readonly totalBytes?: bigint
  /** Free on the volume; absent where it is not known. */
  readonly usableBytes?: bigint
  /** Whether no new replicas are put here. */
  readonly isCordoned: boolean
  /** Such as KAFKA_STORAGE_ERROR, when it is offline. */
  readonly error?: KafkaError
}

/** The folders of a broker, or why they are not known. */
export interface BrokerLogDirs {
  readonly broker: number
  readonly logDirs?: readonly LogDirDescription[]
  readonly error?: KafkaError
}

/** One replica of a partition. */
export interface TopicPartitionReplica {
  readonly topic: string
  readonly partition: number
  /** The node id of the broker that has it. */
  readonly broker: number
}

/** Where a replica is. */
export interface ReplicaLogDir extends TopicPartitionReplica {
  /** Where it is now; absent where the broker does not have it. */
  readonly current?: { readonly path: string; readonly offsetLag: bigint }
  /** Where it is being moved to. */
  readonly future?: { readonly path: string; readonly offsetLag: bigint }
  readonly error?: KafkaError
}

/** A replica that is to move to another folder of its broker. */
export interface ReplicaMove extends TopicPartitionReplica {
  /** The absolute path of the folder, one of the broker's `log.dirs`. */
  readonly path: string
}

/** What became of a replica that was to move; that it has begun to move does not mean that it has arrived. */
export interface MovedReplica extends TopicPartitionReplica {
  readonly error?: KafkaError
}

const replica = { ...topicPartition, broker: nodeId }
const move = { ...replica, path: name }

export function describeLogDirs(
  context: AdminContext,
  given: readonly number[] | undefined,
  options: AdminCallOptions,
): Promise<BrokerLogDirs[]> {
  return inCall(context, {}, options, async call => {
    const brokers = given === undefined ? await liveBrokers(call) : nodeIds(given)
    const outcomes = await logDirsOf(call, brokers, null)
    return brokers.map((broker, i) => outcome({ broker }, outcomes[i]!))
  })
}

export function describeReplicaLogDirs(
  context: AdminContext,
  given: readonly TopicPartitionReplica[],
  options: AdminCallOptions,
): Promise<ReplicaLogDir[]> {
  return inCall(context, {}, options, async call => {
    const replicas = items(given, 'replicas', replica, replicaName)
    const brokers = [...new Set(replicas.map(({ broker }) => broker))]
    const topics = byTopic(replicas, ({ partition }) => partition)
    const wanted = topics.map(({ name: topic, partitions }) => ({ topic, partitions: [...new Set(partitions)] }))
    const outcomes = await logDirsOf(call, brokers, wanted)
    return replicas.map(({ topic, partition, broker }) => {
      const dirs = outcomes[brokers.indexOf(broker)]!
      const base = { topic, partition, broker }
      if (!('logDirs' in dirs)) return { ...base, error: dirs }
      const places = dirs.logDirs.flatMap(({ path, replicas }) =>
        replicas.filter(each => each.topic === topic && each.partition === partition).map(each => ({ path, ...each })),
      )
      const place = (isFuture: boolean) => {
        const found = places.find(each => each.isFuture === isFuture)
        return found && { path: found.path, offsetLag: found.offsetLag }
      }
      const [current, future] = [place(false), place(true)]
      return { ...base, ...(current && { current }), ...(future && { future }) }
    })
  })
}

export function alterReplicaLogDirs(
  context: AdminContext,
  given: readonly ReplicaMove[],
  options: AdminCallOptions,
): Promise<MovedReplica[]> {
  return inCall(context, {}, options, async call => {
    const moves = items(given, 'replicas', move, replicaName)
    const outcomes = await scatter(call, moves, {
      locate: atBrokers(call, ({ broker }) => broker),
      ask: async (broker, theirs) => {
        const paths = [...new Set(theirs.map(({ path }) => path))]
        const dirs = paths.map(path => ({
          path,
          topics: byTopic(
            theirs.filter(each => each.path === path),
            ({ partition }) => partition,
          ),
        }))
        const { results } = await call.request(broker, AlterReplicaLogDirs, { dirs })
        const find = partitionIndex(results.map(({ topicName: name, partitions }) => ({ name, partitions })))
        return theirs.map(each => {
          return failureOf(`moving ${partitionName(each)} to ${each.path} on ${broker.label}`, find(each)) ?? {}
        })
      },
    })
    return moves.map(({ topic, partition, broker }, i) => outcome({ topic, partition, broker }, outcomes[i]!))
  })
}

type Wanted = readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null

function logDirsOf(call: AdminCall, brokers: readonly number[], topics: Wanted) {
  return scatter(call, brokers, {
    locate: atBrokers(call, id => id),
    ask: async broker => {
      const answer = await call.request(broker, DescribeLogDirs, { topics })
      const what = `describing the log dirs of ${broker.label}`
      // Before version 3 no list at all is how a broker says that it will not tell.
      if (answer.results.length === 0 && answer.errorCode === 0) {
        return [brokerError(errorCodes.CLUSTER_AUTHORIZATION_FAILED, what)]
      }
      return [failureOf(what, answer) ?? { logDirs: answer.results.map(result => logDir(result, broker.label)) }]
    },
  })
}

function logDir(dir: Response<typeof DescribeLogDirs>['results'][number], broker: string): LogDirDescription {
  const { logDir: path, topics, totalBytes, usableBytes, isCordoned } = dir
  const error = failureOf(`${path} on ${broker}`, dir)
  return {
    path,
    replicas: topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, partitionSize, offsetLag, isFutureKey }) => {
        return { topic, partition, sizeBytes: partitionSize, offsetLag, isFuture: isFutureKey }
      }),
    ),
    ...(totalBytes < 0n ? {} : { totalBytes }),
    ...(usableBytes < 0n ? {} : { usableBytes }),
    isCordoned,
    ...(error === undefined ? {} : { error }),
  }
}

function replicaName({ topic, partition, broker }: TopicPartitionReplica): string {
  return `${topic}-${partition} on broker ${broker}`
}

function nodeIds(given: readonly number[]): readonly number[] {
  if (!Array.isArray(given)) refuse([{ option: 'brokers', problem: 'must be a list of node ids' }])
  refuse(
    given.flatMap((id, i) => {
      const problem = isNodeId(id)
      return problem === undefined ? [] : [{ option: `brokers[${i}]`, problem }]
    }),
  )
  refuseTwice(given.map(String), 'brokers')
  return given
}
