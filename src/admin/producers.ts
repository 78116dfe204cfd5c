import { errorCodes } from '../errors/broker-codes.ts'
import { KafkaError } from '../errors/kafka-error.ts'
import { DescribeProducers } from '../protocol/messages/describe-producers.ts'
import { WriteTxnMarkers } from '../protocol/messages/write-txn-markers.ts'
import { int, required, resolveOptions } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, bigint, items, partitionName, topicPartition } from './check.ts'
import { atBrokers, atLeaders, byTopic, partitionIndex } from './locate.ts'
import { scatter } from './scatter.ts'

/** An idempotent producer that a partition remembers. */
export interface ProducerState {
  readonly producerId: bigint
  readonly producerEpoch: number
  /** Of the last message; -1 where there is none. */
  readonly lastSequence: number
  /** Of the last message, in milliseconds since 1970; -1 where there is none. */
  readonly lastTimestamp: number
  /** Of the coordinator of its transaction; absent where it has had none here. */
  readonly coordinatorEpoch?: number
  /** Where the open transaction begins in this partition; absent where there is none. */
  readonly currentTransactionStartOffset?: bigint
}

/** The producers of a partition, or why they are not known. */
export interface PartitionProducers {
  readonly topic: string
  readonly partition: number
  readonly activeProducers?: readonly ProducerState[]
  readonly error?: KafkaError
}

export interface DescribeProducersOptions extends AdminCallOptions {
  /** The broker whose replicas are asked. By default the leader of each partition. */
  readonly brokerId?: number | undefined
}

/** A transaction that hangs in a partition: {@link ProducerState} has what it takes. */
export interface AbortTransactionSpec {
  readonly topic: string
  readonly partition: number
  readonly producerId: bigint
  readonly producerEpoch: number
  /** -1 where it is not known. */
  readonly coordinatorEpoch: number
}

const int32 = { max: 2 ** 31 - 1 }
const abortSpec = {
  ...topicPartition,
  producerId: bigint(0n),
  producerEpoch: required(int(undefined, { min: 0, max: 2 ** 15 - 1 })),
  coordinatorEpoch: required(int(undefined, { min: -1, ...int32 })),
}

export function describeProducers(
  context: AdminContext,
  given: readonly { readonly topic: string; readonly partition: number }[],
  options: DescribeProducersOptions,
): Promise<PartitionProducers[]> {
  return inCall(context, { brokerId: int(undefined, { min: 0, ...int32 }) }, options, async (call, { brokerId }) => {
    const partitions = items(given, 'partitions', topicPartition, partitionName)
    const outcomes = await scatter(call, partitions, {
      retriable: brokerId === undefined ? [errorCodes.UNKNOWN_TOPIC_OR_PARTITION] : [],
      locate: brokerId === undefined ? atLeaders(call) : atBrokers(call, () => brokerId),
      ask: async (broker, theirs) => {
        const topics = byTopic(theirs, ({ partition }) => partition)
        const body = { topics: topics.map(({ name, partitions }) => ({ name, partitionIndexes: partitions })) }
        const find = partitionIndex((await call.request(broker, DescribeProducers, body)).topics)
        return theirs.map(each => {
          const result = find(each)
          const error = failureOf(`describing the producers of ${partitionName(each)} on ${broker.label}`, result)
          return error ?? { activeProducers: result!.activeProducers.map(producerState) }
        })
      },
    })
    return partitions.map(({ topic, partition }, i) => outcome({ topic, partition }, outcomes[i]!))
  })
}

export function abortTransaction(
  context: AdminContext,
  given: AbortTransactionSpec,
  options: AdminCallOptions,
): Promise<void> {
  return inCall(context, {}, options, async call => {
    const spec = resolveOptions(abortSpec, given ?? (null as never), 'transaction')
    const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = spec
    const what = `aborting the transaction of producer ${producerId} in ${partitionName(spec)}`
    const [done] = await scatter(call, [spec], {
      retriable: [errorCodes.UNKNOWN_TOPIC_OR_PARTITION],
      locate: atLeaders(call),
      ask: async broker => {
        const topics = [{ name: topic, partitionIndexes: [partition] }]
        const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch }
        const { markers } = await call.request(broker, WriteTxnMarkers, { markers: [marker] })
        const result = partitionIndex(markers.flatMap(({ topics }) => topics))(spec)
        return [failureOf(`${what} on ${broker.label}`, result) ?? {}]
      },
    })
    if (done instanceof KafkaError) throw done
  })
}

function producerState(producer: {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: bigint
  readonly coordinatorEpoch: number
  readonly currentTxnStartOffset: bigint
}): ProducerState {
  const { producerId, producerEpoch, lastSequence, lastTimestamp, coordinatorEpoch, currentTxnStartOffset } = producer
  return {
    producerId,
    producerEpoch,
    lastSequence,
    lastTimestamp: Number(lastTimestamp),
    ...(coordinatorEpoch < 0 ? {} : { coordinatorEpoch }),
    ...(currentTxnStartOffset < 0n ? {} : { currentTransactionStartOffset: currentTxnStartOffset }),
  }
}
