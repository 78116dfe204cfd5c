import { errorCodes } from '../../errors/broker-codes.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { brokerValue } from '../configs/broker-configs.ts'
import type { Handler, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { ClusterState } from '../state/cluster-state.ts'
import { NO_LEADER, type Partition } from '../state/partition.ts'
import { checkTopicName, type Topic } from '../state/topic.ts'
import { clusterOperations, topicOperations } from './operations.ts'
import type { Services } from './services.ts'

type TopicRequest = NonNullable<RequestOf<'Metadata'>['topics']>[number]
type TopicResponse = ResponseOf<'Metadata'>['topics'][number]

const NULL_NAMES_SINCE = 12
const CLUSTER_OPERATIONS_UNTIL = 10

/** The brokers, and topics with their leaders. Topics that are not there are created where brokers and client want it. */
export function metadata(services: Services): Handler<'Metadata'> {
  const { state } = services
  return (request, context) => {
    const { version } = context
    const { topics: asked, includeClusterAuthorizedOperations, includeTopicAuthorizedOperations } = request
    const isForAll = asked === null || (version === 0 && asked.length === 0)
    const answers = isForAll
      ? state.topics.map(topic => found(services, context, topic))
      : asked.map(topic => answer(services, context, topic, request.allowAutoTopicCreation))
    const operations = topicOperations(includeTopicAuthorizedOperations)
    return {
      brokers: state.registered.map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack })),
      clusterId: state.id,
      controllerId: controllerId(state),
      topics: answers.map(topic => ({ ...topic, topicAuthorizedOperations: operations })),
      ...(version <= CLUSTER_OPERATIONS_UNTIL && {
        clusterAuthorizedOperations: clusterOperations(includeClusterAuthorizedOperations),
      }),
    }
  }
}

/** Any broker that is up: it would pass on what is for the controller. */
export function controllerId({ registered }: ClusterState): number {
  return registered[0]?.id ?? -1
}

function answer(services: Services, context: RequestContext, asked: TopicRequest, mayCreate: boolean): TopicResponse {
  const { state } = services
  const { name, topicId } = asked
  if (name === null || topicId !== ZERO_UUID) {
    const topic = state.topicById(topicId)
    if (topic !== undefined) return found(services, context, topic)
    const nameless = context.version >= NULL_NAMES_SINCE ? null : ''
    return { errorCode: errorCodes.UNKNOWN_TOPIC_ID, name: nameless, topicId, partitions: [] }
  }
  const topic = state.topic(name)
  if (topic !== undefined) return found(services, context, topic)
  const creates = mayCreate && brokerValue('auto.create.topics.enable', state.configs) === 'true'
  const created = orRefusal(() => {
    checkTopicName(name)
    if (!creates) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
    return state.createTopic({ name })
  })
  if (!(created instanceof Refusal)) return found(services, context, created)
  return { errorCode: created.errorCode, name, partitions: [] }
}

function found({ state, faults }: Services, context: RequestContext, { name, id, partitions }: Topic): TopicResponse {
  const errorCode = faults.errorFor(context, name)
  if (errorCode !== errorCodes.NONE) return { errorCode, name, topicId: id, partitions: [] }
  return {
    errorCode,
    name,
    topicId: id,
    isInternal: false,
    partitions: partitions.map(partition => ({ errorCode: leaderError(partition), ...whereabouts(state, partition) })),
  }
}

/** The error with which a partition without a leader is told. */
export function leaderError({ leader }: Partition): number {
  return leader === NO_LEADER ? errorCodes.LEADER_NOT_AVAILABLE : errorCodes.NONE
}

/** Who has a partition. */
export function whereabouts(state: ClusterState, { index, leader, leaderEpoch, replicas, isr }: Partition) {
  return {
    partitionIndex: index,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: replicas.filter(id => !state.brokers.get(id)!.isRegistered),
  }
}
