import type { Handlers } from '../handlers.ts'
import type { Store, TransactionGate } from '../store.ts'
import { addOffsets, addPartitions } from './add-to-transaction.ts'
import { deleteGroups, describeGroups, listGroups } from './describe-groups.ts'
import { describeTransactions, listTransactions } from './describe-transactions.ts'
import { endTransaction } from './end-transaction.ts'
import { type GroupView, viewOf } from './group-view.ts'
import { Groups } from './groups.ts'
import { heartbeat } from './heartbeat.ts'
import { initProducerId } from './init-producer-id.ts'
import { join } from './join.ts'
import { leave } from './leave.ts'
import { commitOffsets } from './offset-commit.ts'
import { deleteOffsets } from './offset-delete.ts'
import { fetchOffsets } from './offset-fetch.ts'
import { type CoordinatorOptions, DEFAULT_LIMITS } from './options.ts'
import { sync } from './sync.ts'
import { Transactions } from './transactions.ts'
import { commitTransactionalOffsets } from './txn-offset-commit.ts'

/**
 * The group and transaction coordinators of all brokers of a cluster: which of them answers is looked up in the store
 * with each request.
 */
export class Coordinators {
  readonly handlers: Handlers
  /** Whether batches of transactions may be appended. */
  readonly transactionGate: TransactionGate
  readonly #groups: Groups
  readonly #transactions: Transactions

  constructor(store: Store, options: CoordinatorOptions = {}) {
    const limits = { ...DEFAULT_LIMITS, ...options }
    const groups = new Groups(store, limits)
    const transactions = new Transactions(store, groups, limits)
    this.#groups = groups
    this.#transactions = transactions
    this.transactionGate = transactions
    this.handlers = {
      JoinGroup: (request, context) => join(groups, request, context),
      SyncGroup: (request, context) => sync(groups, request, context),
      Heartbeat: (request, context) => heartbeat(groups, request, context),
      LeaveGroup: (request, context) => leave(groups, request, context),
      DescribeGroups: (request, context) => describeGroups(groups, request, context),
      ListGroups: (request, context) => listGroups(groups, request, context),
      DeleteGroups: (request, context) => deleteGroups(groups, request, context),
      OffsetCommit: (request, context) => commitOffsets(store, groups, request, context),
      OffsetFetch: (request, context) => fetchOffsets(store, groups, request, context),
      OffsetDelete: (request, context) => deleteOffsets(store, groups, request, context),
      InitProducerId: (request, context) => initProducerId(transactions, request, context),
      AddPartitionsToTxn: (request, context) => addPartitions(store, transactions, request, context),
      AddOffsetsToTxn: (request, context) => addOffsets(transactions, request, context),
      TxnOffsetCommit: (request, context) => commitTransactionalOffsets(store, groups, transactions, request, context),
      EndTxn: (request, context) => endTransaction(transactions, request, context),
      DescribeTransactions: (request, context) => describeTransactions(transactions, request, context),
      ListTransactions: (request, context) => listTransactions(transactions, request, context),
    }
  }

  /** All groups of the cluster as they are now. */
  groups(): GroupView[] {
    return [...this.#groups.all()].map(viewOf)
  }

  /**
   * To be called after any change of who coordinates what. Members that wait for an answer of a broker that does not
   * coordinate their group any more are sent away, and the new coordinators take over.
   */
  coordinatorsMoved(): void {
    this.#groups.coordinatorsMoved()
    this.#transactions.coordinatorsMoved()
  }

  /** Stops all timers. Requests that wait are not answered. */
  close(): void {
    this.#groups.close()
    this.#transactions.close()
  }
}
