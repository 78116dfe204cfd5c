import { api } from '../api.ts'
import { array, errorCode, int32, int64, string } from '../schema.ts'

/** The transactions that one broker coordinates (KIP-664): all brokers must be asked to know all transactions. */
export const ListTransactions = api(
  66,
  'ListTransactions',
  { versions: [0, 2], flexible: 0, route: 'broker' },
  {
    /** Empty for any state. */
    stateFilters: array(string),
    /** Empty for any producer. */
    producerIdFilters: array(int64),
    /** Only what has been open for longer, in milliseconds; -1 for all (KIP-994). */
    durationFilter: int64.since(1).default(-1n),
    /** A regular expression in the syntax of RE2/J (KIP-1152). */
    transactionalIdPattern: string.since(2).nullable().default(null),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    /** Those of `stateFilters` that the broker does not know. */
    unknownStateFilters: array(string),
    transactionStates: array({
      transactionalId: string,
      producerId: int64,
      transactionState: string,
    }),
  },
)
