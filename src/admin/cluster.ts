import { UnsupportedVersionError } from '../errors/client-errors.ts'
import { DescribeCluster } from '../protocol/messages/describe-cluster.ts'
import { Metadata } from '../protocol/messages/metadata.ts'
import { UnregisterBroker } from '../protocol/messages/unregister-broker.ts'
import { bool, resolveOptions } from '../util/options.ts'
import { type AclOperation, authorizedOperations } from './authorized-operations.ts'
import { type AdminCall, type AdminContext, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, nodeId } from './check.ts'

/** A broker of the cluster. */
export interface BrokerDescription {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  /** Whether it is not in service (KIP-1073). */
  readonly isFenced: boolean
}

export interface ClusterDescription {
  readonly clusterId: string
  /** Under KRaft a live broker, which passes on what is meant for the controller. -1 while there is none. */
  readonly controllerId: number
  /** By node id. */
  readonly brokers: readonly BrokerDescription[]
  /** Absent unless `includeAuthorizedOperations` is set. */
  readonly authorizedOperations?: readonly AclOperation[]
}

export interface DescribeClusterOptions extends AdminCallOptions {
  /** Tell what this client may do with the cluster (KIP-430). Default false. */
  readonly includeAuthorizedOperations?: boolean | undefined
  /** List brokers too that are registered and not in service (KIP-1073, Kafka 4.0 and later). Default false. */
  readonly includeFencedBrokers?: boolean | undefined
}

export function describeCluster(context: AdminContext, options: DescribeClusterOptions): Promise<ClusterDescription> {
  const table = { includeAuthorizedOperations: bool(false), includeFencedBrokers: bool(false) }
  return inCall(context, table, options, async (call, { includeAuthorizedOperations, includeFencedBrokers }) => {
    const body = {
      includeClusterAuthorizedOperations: includeAuthorizedOperations,
      ...(includeFencedBrokers ? { includeFencedBrokers } : {}),
    }
    const old = (error: unknown) => orMetadata(error, call, includeAuthorizedOperations, includeFencedBrokers)
    const answer = await call.ask(DescribeCluster, body, { any: true }).catch(old)
    throwFailure('describing the cluster', answer)
    const { clusterId, controllerId, brokers, clusterAuthorizedOperations } = answer
    return {
      clusterId,
      controllerId,
      brokers: brokers
        .map(({ brokerId: nodeId, host, port, rack, isFenced }) => ({ nodeId, host, port, rack, isFenced }))
        .sort((a, b) => a.nodeId - b.nodeId),
      ...(includeAuthorizedOperations ? authorizedOperations(clusterAuthorizedOperations) : {}),
    }
  })
}

export function unregisterBroker(context: AdminContext, id: number, options: AdminCallOptions): Promise<void> {
  return inCall(context, {}, options, async call => {
    const { brokerId } = resolveOptions({ brokerId: nodeId }, { brokerId: id }, '')
    const answer = await call.ask(UnregisterBroker, { brokerId }, { any: true })
    throwFailure(`unregistering broker ${brokerId}`, answer)
  })
}

/** Brokers before Kafka 2.8 have the same in their metadata. */
async function orMetadata(error: unknown, call: AdminCall, withOperations: boolean, withFenced: boolean) {
  // A field that this version lacks is no reason to ask for less.
  if (!(error instanceof UnsupportedVersionError) || error.field !== undefined || withFenced) throw error
  const body = { topics: [], ...(withOperations ? { includeClusterAuthorizedOperations: true } : {}) }
  const { clusterId, controllerId, brokers, clusterAuthorizedOperations, errorCode } = await call.ask(
    Metadata,
    version => ({ ...body, ...(version >= 4 ? { allowAutoTopicCreation: false } : {}) }),
    { any: true },
  )
  return {
    errorCode,
    clusterId: clusterId ?? '',
    controllerId,
    brokers: brokers.map(({ nodeId, ...broker }) => ({ ...broker, brokerId: nodeId, isFenced: false })),
    clusterAuthorizedOperations,
  }
}
