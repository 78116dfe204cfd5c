import { errorCodes } from '../../errors/broker-codes.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import type { Handler, ResponseOf } from '../handlers.ts'
import { orRefusal } from '../refusal.ts'
import { checkTopicName, type Topic } from '../state/topic.ts'
import { leaderError, whereabouts } from './metadata.ts'
import { topicOperations } from './operations.ts'
import type { Services } from './services.ts'

type TopicResponse = ResponseOf<'DescribeTopicPartitions'>['topics'][number]

const MAX_PARTITIONS = 2000

/** Topics in the order of their names, a page of so many partitions at a time (KIP-966). */
export function describeTopicPartitions({ state }: Services): Handler<'DescribeTopicPartitions'> {
  return ({ topics: asked, responsePartitionLimit, cursor }) => {
    const names = asked.length > 0 ? asked.map(({ name }) => name) : state.topics.map(({ name }) => name)
    const due = [...new Set(names)].sort().filter(name => cursor === null || name >= cursor.topicName)
    let room = Math.max(1, Math.min(responsePartitionLimit, MAX_PARTITIONS))
    const topics: TopicResponse[] = []
    for (const name of due) {
      const topic = state.topic(name)
      if (topic === undefined) {
        const refusal = orRefusal(() => checkTopicName(name))
        const errorCode = refusal?.errorCode ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
        topics.push({ errorCode, name, topicId: ZERO_UUID, partitions: [] })
        continue
      }
      const first = name === cursor?.topicName ? cursor.partitionIndex : 0
      if (room === 0) return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: first } }
      const page = topic.partitions.slice(first, first + room)
      topics.push(describe(topic, page))
      room -= page.length
      const next = first + page.length
      if (next < topic.partitions.length)
        return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: next } }
    }
    return { throttleTimeMs: 0, topics, nextCursor: null }
  }

  function describe({ name, id }: Topic, page: Topic['partitions']): TopicResponse {
    const partitions = page.map(partition => ({
      errorCode: leaderError(partition),
      ...whereabouts(state, partition),
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    }))
    return { errorCode: 0, name, topicId: id, partitions, topicAuthorizedOperations: topicOperations(true) }
  }
}
