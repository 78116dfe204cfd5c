import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler, RequestContext } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { Topic } from '../state/topic.ts'
import { ledPartition } from './leadership.ts'
import type { Services } from './services.ts'

const TO_THE_END = -1n

/** Deletes the records before an offset. */
export function deleteRecords(services: Services): Handler<'DeleteRecords'> {
  return ({ topics }, context) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        const topic = services.state.topic(name)
        const left = orRefusal(() => deleteBefore(services, context, topic, partitionIndex, offset))
        return left instanceof Refusal
          ? { partitionIndex, lowWatermark: -1n, errorCode: left.errorCode }
          : { partitionIndex, lowWatermark: left, errorCode: errorCodes.NONE }
      }),
    })),
  })
}

function deleteBefore(
  services: Services,
  context: RequestContext,
  topic: Topic | undefined,
  index: number,
  offset: bigint,
): bigint {
  const partition = ledPartition(services, context, topic, index)
  if (!topic!.configs.deletes) throw new Refusal('POLICY_VIOLATION')
  const { log } = partition
  const keepFrom = offset === TO_THE_END ? log.endOffset : offset
  if (keepFrom < 0n || keepFrom > log.endOffset) throw new Refusal('OFFSET_OUT_OF_RANGE')
  log.deleteBefore(keepFrom)
  partition.changed()
  return log.startOffset
}
