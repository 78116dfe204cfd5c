import { api } from '../api.ts'
import { array, errorCode, int32, string } from '../schema.ts'

/** The groups that one broker coordinates: all brokers must be asked to know all groups. */
export const ListGroups = api(
  16,
  'ListGroups',
  { versions: [0, 5], flexible: 3, route: 'broker' },
  {
    /** Empty for groups in any state (KIP-518). */
    statesFilter: array(string).since(4),
    /** `Classic`, `Consumer`, `Share`, `Streams`; empty for groups of any type (KIP-848). */
    typesFilter: array(string).since(5),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode,
    groups: array({
      groupId: string,
      protocolType: string,
      groupState: string.since(4).ignorable(),
      groupType: string.since(5).ignorable(),
    }),
  },
)
