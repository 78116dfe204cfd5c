import { int16, int32 } from '../schema.ts'
import { message } from './message.ts'

/** What a control record says, by the `type` in its key. Clients act on the first two and pass over all others. */
export const controlRecordTypes = {
  abort: 0,
  commit: 1,
  leaderChange: 2,
  snapshotHeader: 3,
  snapshotFooter: 4,
  kraftVersion: 5,
  kraftVoters: 6,
} as const

/** The key of a record in a control batch. */
export const ControlRecordTypeSchema = message('ControlRecordTypeSchema', { versions: [0, 0] }, { type: int16 })

/** The value of a control record that ends a transaction: of type `commit` or `abort`. */
export const EndTxnMarker = message('EndTxnMarker', { versions: [0, 0] }, { coordinatorEpoch: int32 })
