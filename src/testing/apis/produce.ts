import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { AppendedAt, ProducerBatch } from '../log/appended-batch.ts'
import { checkBatch } from '../log/check-batch.ts'
import { type PartitionLog, producerOf } from '../log/partition-log.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { Partition } from '../state/partition.ts'
import type { Topic } from '../state/topic.ts'
import { LeaderHints, ledPartition } from './leadership.ts'
import type { Services } from './services.ts'

const BY_TOPIC_ID_SINCE = 13
const HINTS_SINCE = 10

type PartitionRequest = RequestOf<'Produce'>['topicData'][number]['partitionData'][number]
type PartitionResponse = ResponseOf<'Produce'>['responses'][number]['partitionResponses'][number]

/** Appends batches to the partitions that this broker leads. */
export function produce(services: Services): Handler<'Produce'> {
  return (request, context) => {
    const { version, connection } = context
    const hints = new LeaderHints(services.state)
    let isRefused = false
    const responses = request.topicData.map(({ name, topicId, partitionData }) => {
      const byId = version >= BY_TOPIC_ID_SINCE
      const topic = byId ? services.state.topicById(topicId) : services.state.topic(name)
      const partitionResponses = partitionData.map(asked => {
        const batch = orRefusal(() => {
          if (byId && topic === undefined) throw new Refusal('UNKNOWN_TOPIC_ID')
          return append(services, request, context, topic, asked)
        })
        if (!(batch instanceof Refusal)) return appended(asked.index, batch, topic!)
        isRefused = true
        const isElsewhere = batch.errorCode === errorCodes.NOT_LEADER_OR_FOLLOWER && version >= HINTS_SINCE
        const leader = isElsewhere ? hints.of(topic?.partitions[asked.index]) : undefined
        return { ...refused(asked.index, batch), ...(leader && { currentLeader: leader }) }
      })
      return { name, topicId, partitionResponses }
    })
    if (request.acks !== 0) {
      const nodeEndpoints = hints.endpoints()
      return { responses, ...(nodeEndpoints.length > 0 && { nodeEndpoints }) }
    }
    // Nobody waits for an answer; the only way to say that something is wrong is to close the connection.
    if (isRefused) connection.closeAfterAnswer()
    return undefined
  }
}

function append(
  services: Services,
  request: RequestOf<'Produce'>,
  context: RequestContext,
  topic: Topic | undefined,
  { index, records }: PartitionRequest,
): AppendedAt {
  const { acks } = request
  if (acks !== 0 && acks !== 1 && acks !== -1) throw new Refusal('INVALID_REQUIRED_ACKS')
  const partition = ledPartition(services, context, topic, index)
  const { configs } = topic!
  // Kafka takes min.insync.replicas for no more than there are replicas.
  const enough = Math.min(configs.minInSyncReplicas, partition.replicas.length)
  if (acks === -1 && partition.isr.length < enough) throw new Refusal('NOT_ENOUGH_REPLICAS')
  const nowMs = services.state.clock.now()
  const { maxMessageBytes: maxBytes, isCompacted, maxBeforeMs, maxAfterMs } = configs
  checkBatch(records, context.version, { maxBytes, isCompacted, maxBeforeMs, maxAfterMs }, nowMs)
  const { log } = partition
  const producer = producerOf(records!)
  const written = producer && log.producers.duplicateOf(producer)
  if (written !== undefined) return written
  if (producer !== undefined) checkProducer(services, request, context, partition, producer)
  const batch = log.append(records!, partition.leaderEpoch, nowMs, configs.setsTimestamp)
  services.state.retain(topic!, partition)
  partition.changed()
  return batch
}

function checkProducer(
  { transactionGate }: Services,
  { transactionalId }: RequestOf<'Produce'>,
  { version }: RequestContext,
  { log, topic, index }: Partition,
  producer: ProducerBatch,
): void {
  const { producerId, producerEpoch, isTransactional } = producer
  if (isTransactional && transactionalId === null) {
    throw new Refusal('INVALID_REQUEST', 'A transactional batch came without a transactional id')
  }
  log.producers.check(producer)
  if (!isTransactional || log.producers.hasOpenTransaction(producerId)) return
  const admitted = transactionGate.admit({
    transactionalId: transactionalId!,
    producerId,
    producerEpoch,
    topic,
    partition: index,
    version,
  })
  if (admitted !== errorCodes.NONE) throw new Refusal(admitted)
}

function appended(index: number, { baseOffset, appendedAtMs }: AppendedAt, topic: Topic): PartitionResponse {
  const log: PartitionLog = topic.partitions[index]!.log
  return {
    index,
    errorCode: errorCodes.NONE,
    baseOffset,
    logAppendTimeMs: topic.configs.setsTimestamp ? BigInt(appendedAtMs) : -1n,
    logStartOffset: log.startOffset,
  }
}

function refused(index: number, { errorCode, message, recordErrors }: Refusal): PartitionResponse {
  return { index, errorCode, baseOffset: -1n, recordErrors, errorMessage: message === '' ? null : message }
}
