import type { AskOptions, FakeCluster } from './fake-cluster.ts'
import { GROUP } from './members.ts'

export const ID = 'till'

export interface Identity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** Version 4 of EndTxn is the last without epochs of their own for transactions. */
export const WITHOUT_BUMP: AskOptions = { version: 4 }

export function init(cluster: FakeCluster, given: Partial<Identity> & object = {}, options?: AskOptions) {
  const body = { transactionalId: ID, transactionTimeoutMs: 60_000, ...given }
  return cluster.ask('InitProducerId', body, options)
}

/** A producer that has just begun. */
export async function producer(cluster: FakeCluster, given: object = {}): Promise<Identity> {
  const { errorCode, producerId, producerEpoch } = await init(cluster, given)
  if (errorCode !== 0) throw new Error(`InitProducerId: ${errorCode}`)
  return { producerId, producerEpoch }
}

/** Adds partitions of `orders`; gives the error of the first. */
export async function add(
  cluster: FakeCluster,
  identity: Identity,
  partitions: readonly number[] = [0],
  options: AskOptions = { version: 3 },
): Promise<number> {
  const body = {
    v3AndBelowTransactionalId: ID,
    v3AndBelowProducerId: identity.producerId,
    v3AndBelowProducerEpoch: identity.producerEpoch,
    v3AndBelowTopics: [{ name: 'orders', partitions }],
  }
  const answer = await cluster.ask('AddPartitionsToTxn', body, options)
  return answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode
}

export function addOffsets(cluster: FakeCluster, identity: Identity, options?: AskOptions) {
  return cluster.ask('AddOffsetsToTxn', { transactionalId: ID, ...identity, groupId: GROUP }, options)
}

/** Commits an offset of `orders` as part of the transaction; gives the error of its partition. */
export async function commitOffset(
  cluster: FakeCluster,
  identity: Identity,
  offset: bigint,
  more: object = {},
  options: AskOptions = { version: 3 },
): Promise<number> {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }]
  const body = { transactionalId: ID, groupId: GROUP, ...identity, topics: [{ name: 'orders', partitions }], ...more }
  return (await cluster.ask('TxnOffsetCommit', body, options)).topics[0]!.partitions[0]!.errorCode
}

export function end(cluster: FakeCluster, identity: Identity, committed = true, options: AskOptions = WITHOUT_BUMP) {
  return cluster.ask('EndTxn', { transactionalId: ID, ...identity, committed }, options)
}

export async function describe(cluster: FakeCluster) {
  const { transactionStates } = await cluster.ask('DescribeTransactions', { transactionalIds: [ID] })
  return transactionStates[0]!
}

/** The offset of partition 0 of `orders` that counts, as OffsetFetch tells it. */
export async function committedOffset(cluster: FakeCluster, requireStable = true) {
  const groups = [{ groupId: GROUP, topics: [{ name: 'orders', partitionIndexes: [0] }] }]
  const answer = await cluster.ask('OffsetFetch', { groups, requireStable }, { version: 9 })
  const { committedOffset, errorCode } = answer.groups[0]!.topics[0]!.partitions[0]!
  return { committedOffset, errorCode }
}

/** A producer with a transaction on partitions 0 and 1. */
export async function open(cluster: FakeCluster): Promise<Identity> {
  const identity = await producer(cluster)
  await add(cluster, identity, [0, 1])
  return identity
}
