import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Store } from '../store.ts'
import { addGroup } from './add-to-transaction.ts'
import { fencedAs } from './fenced.ts'
import type { Groups } from './groups.ts'
import { checkCommitter, checkOffset, offsetOf, type RequestedOffset } from './offset-checks.ts'
import type { Transactions } from './transactions.ts'

type CommitRequest = RequestOf<'TxnOffsetCommit'>

/** From this version on clients know that a transaction can only be aborted. */
const KNOWS_ABORTABLE = 4
/** From this version on the group need not have been added to the transaction before (KIP-890). */
const ADDS_GROUP = 5

export function commitTransactionalOffsets(
  store: Store,
  groups: Groups,
  transactions: Transactions,
  request: CommitRequest,
  context: RequestContext,
): ResponseOf<'TxnOffsetCommit'> {
  const { groupId, producerId } = request
  const error = enter(groups, transactions, request, context)
  const commit = (topic: string, offset: RequestedOffset): number => {
    if (error !== errorCodes.NONE) return error
    const refused = checkOffset(store, topic, offset, groups.limits.maxOffsetMetadataBytes)
    if (refused !== errorCodes.NONE) return refused
    groups.getOrCreate(groupId).offsets.commitPending(producerId, topic, offset.partitionIndex, offsetOf(offset))
    return errorCodes.NONE
  }
  return {
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(each => ({ partitionIndex: each.partitionIndex, errorCode: commit(name, each) })),
    })),
  }
}

function enter(groups: Groups, transactions: Transactions, request: CommitRequest, context: RequestContext): number {
  const { groupId, memberId, groupInstanceId: instanceId, generationId } = request
  if (groupId === '') return errorCodes.INVALID_GROUP_ID
  const notHere = groups.check(groupId, context.broker)
  if (notHere !== errorCodes.NONE) return notHere
  const outside = takePart(transactions, request, context)
  if (outside !== errorCodes.NONE) return outside
  const group = groups.get(groupId)
  if (group === undefined) return generationId < 0 ? errorCodes.NONE : errorCodes.ILLEGAL_GENERATION
  return checkCommitter(group, { memberId, instanceId, generationId, inTransaction: true })
}

/** Whether the group takes part in the transaction of the producer: it is added, or must have been. */
function takePart(transactions: Transactions, request: CommitRequest, { version }: RequestContext): number {
  const { transactionalId, groupId } = request
  if (version >= ADDS_GROUP) {
    return fencedAs(errorCodes.INVALID_PRODUCER_EPOCH, addGroup(transactions, transactionalId, request, groupId))
  }
  const transaction = transactions.open(transactionalId, request)
  if (typeof transaction !== 'number') {
    if (transaction.groups.has(groupId)) return errorCodes.NONE
    return version >= KNOWS_ABORTABLE ? errorCodes.TRANSACTION_ABORTABLE : errorCodes.INVALID_TXN_STATE
  }
  // Clients before KIP-890 would not try again for this reason; for that one they do.
  if (transaction === errorCodes.CONCURRENT_TRANSACTIONS) return errorCodes.COORDINATOR_NOT_AVAILABLE
  return fencedAs(errorCodes.INVALID_PRODUCER_EPOCH, transaction)
}
