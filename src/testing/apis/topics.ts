import { errorCodes } from '../../errors/broker-codes.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { type Configs, configSources } from '../configs/definition.ts'
import { topicDefinitions, topicValue } from '../configs/topic-configs.ts'
import type { Handler, RequestOf, ResponseOf } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { ClusterState } from '../state/cluster-state.ts'
import type { Topic } from '../state/topic.ts'
import type { Services } from './services.ts'

type NewTopicRequest = RequestOf<'CreateTopics'>['topics'][number]
type NewTopicResponse = ResponseOf<'CreateTopics'>['topics'][number]

const BY_TOPIC_ID_SINCE = 6

export function createTopics({ state }: Services): Handler<'CreateTopics'> {
  return ({ topics, validateOnly }) => {
    const names = topics.map(({ name }) => name)
    return {
      topics: topics.map(asked => {
        const topic = orRefusal(() => {
          if (names.indexOf(asked.name) !== names.lastIndexOf(asked.name)) {
            throw new Refusal('INVALID_REQUEST', 'Duplicate topic name.')
          }
          return create(state, asked, validateOnly)
        })
        if (topic instanceof Refusal) {
          return { name: asked.name, errorCode: topic.errorCode, errorMessage: topic.message, configs: null }
        }
        return created(state, topic, validateOnly)
      }),
    }
  }
}

function create(state: ClusterState, asked: NewTopicRequest, validateOnly: boolean): Topic {
  const { name, numPartitions: partitions, replicationFactor, assignments, configs } = asked
  const given: Configs = Object.fromEntries(configs.map(({ name, value }) => [name, value ?? '']))
  if (assignments.length === 0) {
    return state.createTopic({ name, partitions, replicationFactor, configs: given }, validateOnly)
  }
  if (partitions !== -1 || replicationFactor !== -1) {
    const problem =
      'A manual partition assignment was specified, but numPartitions or replicationFactor was not set to -1.'
    throw new Refusal('INVALID_REQUEST', problem)
  }
  const inOrder = [...assignments].sort((a, b) => a.partitionIndex - b.partitionIndex)
  if (inOrder.some(({ partitionIndex }, i) => partitionIndex !== i)) {
    const problem = 'partitions should be a consecutive 0-based integer sequence'
    throw new Refusal('INVALID_REPLICA_ASSIGNMENT', problem)
  }
  return state.createTopic({ name, assignments: inOrder.map(each => each.brokerIds), configs: given }, validateOnly)
}

function created(state: ClusterState, topic: Topic, validateOnly: boolean): NewTopicResponse {
  const { name, id, partitions, replicationFactor, ownConfigs } = topic
  const configs = [...topicDefinitions.values()].map(definition => ({
    name: definition.name,
    value: topicValue(definition, ownConfigs, state.configs),
    readOnly: false,
    configSource: definition.name in ownConfigs ? configSources.topic : configSources.builtIn,
    isSensitive: false,
  }))
  return {
    name,
    topicId: validateOnly ? ZERO_UUID : id,
    errorCode: errorCodes.NONE,
    errorMessage: null,
    numPartitions: partitions.length,
    replicationFactor,
    configs,
  }
}

export function deleteTopics({ state }: Services): Handler<'DeleteTopics'> {
  return ({ topics, topicNames }, { version }) => {
    const asked = version >= BY_TOPIC_ID_SINCE ? topics : topicNames.map(name => ({ name, topicId: ZERO_UUID }))
    return {
      responses: asked.map(({ name, topicId }) => {
        const topic = name === null ? state.topicById(topicId) : state.topic(name)
        if (topic !== undefined) {
          state.deleteTopic(topic)
          return { name: topic.name, topicId: topic.id, errorCode: errorCodes.NONE }
        }
        const error = name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
        return { name, topicId, errorCode: errorCodes[error], errorMessage: 'This server does not host this topic.' }
      }),
    }
  }
}

export function createPartitions({ state }: Services): Handler<'CreatePartitions'> {
  return ({ topics, validateOnly }) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name, count, assignments }) => {
      const outcome = orRefusal(() => {
        const topic = state.topic(name)
        if (topic === undefined) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
        state.addPartitions(
          topic,
          count,
          assignments?.map(({ brokerIds }) => brokerIds),
          validateOnly,
        )
      })
      return outcome instanceof Refusal
        ? { name, errorCode: outcome.errorCode, errorMessage: outcome.message }
        : { name, errorCode: errorCodes.NONE }
    }),
  })
}
