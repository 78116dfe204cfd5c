import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import { ledPartition } from './leadership.ts'
import type { Services } from './services.ts'

/** Where epochs end: how readers find out that what they have read is not in the log any more (KIP-320). */
export function offsetForLeaderEpoch(services: Services): Handler<'OffsetForLeaderEpoch'> {
  return ({ topics }, context) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ topic: name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
        const topic = services.state.topic(name)
        const led = orRefusal(() => ledPartition(services, context, topic, partition, currentLeaderEpoch))
        if (led instanceof Refusal) return { partition, errorCode: led.errorCode }
        return { partition, errorCode: errorCodes.NONE, ...led.log.epochs.endOf(leaderEpoch, led.log.endOffset) }
      }),
    })),
  })
}
