import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler, RequestContext, ResponseOf } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import { ledPartition } from './leadership.ts'
import type { Services } from './services.ts'

type Described = ResponseOf<'DescribeProducers'>['topics'][number]['partitions'][number]

/** From this on every transaction has an epoch of its own (KIP-890). */
const OWN_EPOCHS_SINCE = 2

/** Ends transactions in partitions: what coordinators do of themselves, and administrators where one hangs (KIP-664). */
export function writeTxnMarkers(services: Services): Handler<'WriteTxnMarkers'> {
  const { state } = services
  return ({ markers }, context) => ({
    markers: markers.map(marker => {
      const { producerId, producerEpoch, transactionResult: committed, coordinatorEpoch, transactionVersion } = marker
      const hasOwnEpoch = transactionVersion >= OWN_EPOCHS_SINCE
      const end = { producerId, producerEpoch, committed, coordinatorEpoch, hasOwnEpoch }
      const write = (topic: string, index: number): number => {
        const written = orRefusal(() =>
          state.writeMarker(ledPartition(services, context, state.topic(topic), index), end),
        )
        return written instanceof Refusal ? written.errorCode : errorCodes.NONE
      }
      const topics = marker.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map(partitionIndex => ({
          partitionIndex,
          errorCode: write(name, partitionIndex),
        })),
      }))
      return { producerId, topics }
    }),
  })
}

/** The idempotent and transactional producers that partitions remember (KIP-664). Every replica can be asked. */
export function describeProducers(services: Services): Handler<'DescribeProducers'> {
  return ({ topics }, context) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(index => describe(services, context, name, index)),
    })),
  })
}

function describe(
  { state, faults }: Services,
  context: RequestContext,
  topic: string,
  partitionIndex: number,
): Described {
  const partition = state.partition(topic, partitionIndex)
  const refused = (errorCode: number): Described => ({ partitionIndex, errorCode, activeProducers: [] })
  if (partition === undefined) return refused(errorCodes.UNKNOWN_TOPIC_OR_PARTITION)
  const wanted = faults.errorFor(context, topic, partitionIndex)
  if (wanted !== errorCodes.NONE) return refused(wanted)
  if (!partition.replicas.includes(context.broker)) return refused(errorCodes.NOT_LEADER_OR_FOLLOWER)
  const activeProducers = partition.log.producers.list().map(producer => ({
    producerId: producer.producerId,
    producerEpoch: producer.epoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: BigInt(producer.lastAppendMs),
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: producer.openSince ?? -1n,
  }))
  return { partitionIndex, errorCode: errorCodes.NONE, activeProducers }
}
