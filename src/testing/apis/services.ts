import type { Faults } from '../faults/faults.ts'
import type { ClusterState } from '../state/cluster-state.ts'
import type { TransactionGate } from '../store.ts'

/** What handlers of requests work with. */
export interface Services {
  readonly state: ClusterState
  readonly faults: Faults
  readonly transactionGate: TransactionGate
}
