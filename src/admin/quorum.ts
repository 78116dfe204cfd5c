import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { Response } from '../protocol/api.ts'
import { AddRaftVoter } from '../protocol/messages/add-raft-voter.ts'
import { DescribeQuorum } from '../protocol/messages/describe-quorum.ts'
import { RemoveRaftVoter } from '../protocol/messages/remove-raft-voter.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { int, required, resolveOptions, text } from '../util/options.ts'
import { type AdminContext, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items, name, nodeId } from './check.ts'

/** Where a member of the quorum stands in the metadata log. Times are milliseconds since 1970, at the leader. */
export interface QuorumReplica {
  readonly replicaId: number
  /** Of its metadata log (KIP-853); absent where it is not known. */
  readonly replicaDirectoryId?: string
  readonly logEndOffset: bigint
  /** Absent where it is not known. */
  readonly lastFetchTimestamp?: number
  /** Absent where it is not known. */
  readonly lastCaughtUpTimestamp?: number
}

/** The quorum of controllers (KIP-595, KIP-836). */
export interface QuorumInfo {
  /** -1 while there is none. */
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: bigint
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
  /** Where the controllers listen; empty before Kafka 3.9. */
  readonly nodes: readonly QuorumNode[]
}

export interface QuorumNode {
  readonly nodeId: number
  readonly listeners: readonly RaftListener[]
}

/** A listener of a controller. */
export interface RaftListener {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** A member of the quorum. */
export interface RaftVoter {
  readonly voterId: number
  /** Of its metadata log, as in its `meta.properties`. */
  readonly voterDirectoryId: string
}

/** A controller that is to vote. */
export interface NewRaftVoter extends RaftVoter {
  readonly listeners: readonly RaftListener[]
}

export interface RaftVoterOptions extends AdminCallOptions {
  /** Refuse where the cluster has another id. By default it is not looked at. */
  readonly clusterId?: string | undefined
}

type ReplicaState = Response<typeof DescribeQuorum>['topics'][number]['partitions'][number]['currentVoters'][number]

const METADATA_TOPIC = '__cluster_metadata'
const voter = { voterId: nodeId, voterDirectoryId: name }
const listener = { name, host: name, port: required(int(undefined, { min: 1, max: 65535 })) }

export function describeMetadataQuorum(context: AdminContext, options: AdminCallOptions): Promise<QuorumInfo> {
  return inCall(context, {}, options, async call => {
    const body = { topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }] }
    const answer = await call.ask(DescribeQuorum, body, { any: true })
    const what = 'describing the metadata quorum'
    throwFailure(what, answer)
    const log = answer.topics[0]?.partitions[0]
    if (log === undefined) throw brokerError(errorCodes.UNKNOWN_SERVER_ERROR, `${what}: the answer leaves it out`)
    throwFailure(what, log)
    return {
      leaderId: log.leaderId,
      leaderEpoch: log.leaderEpoch,
      highWatermark: log.highWatermark,
      voters: log.currentVoters.map(replica),
      observers: log.observers.map(replica),
      nodes: answer.nodes,
    }
  })
}

export function addRaftVoter(context: AdminContext, given: NewRaftVoter, options: RaftVoterOptions): Promise<void> {
  return inCall(context, { clusterId: text() }, options, async (call, { clusterId = null }) => {
    const { listeners: addresses, ...rest } = given ?? {}
    const who = resolveOptions(voter, rest, 'voter')
    const listeners = items(addresses, 'voter.listeners', listener)
    const body = { ...who, listeners, clusterId, timeoutMs: call.timeoutMs }
    throwFailure(`adding voter ${who.voterId}`, await call.ask(AddRaftVoter, body, { any: true }))
  })
}

export function removeRaftVoter(context: AdminContext, given: RaftVoter, options: RaftVoterOptions): Promise<void> {
  return inCall(context, { clusterId: text() }, options, async (call, { clusterId = null }) => {
    const who = resolveOptions(voter, given, 'voter')
    throwFailure(`removing voter ${who.voterId}`, await call.ask(RemoveRaftVoter, { ...who, clusterId }, { any: true }))
  })
}

function replica(state: ReplicaState): QuorumReplica {
  const { replicaId, replicaDirectoryId, logEndOffset, lastFetchTimestamp, lastCaughtUpTimestamp } = state
  return {
    replicaId,
    ...(replicaDirectoryId === ZERO_UUID ? {} : { replicaDirectoryId }),
    logEndOffset,
    ...(lastFetchTimestamp < 0n ? {} : { lastFetchTimestamp: Number(lastFetchTimestamp) }),
    ...(lastCaughtUpTimestamp < 0n ? {} : { lastCaughtUpTimestamp: Number(lastCaughtUpTimestamp) }),
  }
}
