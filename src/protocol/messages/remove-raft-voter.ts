import { api } from '../api.ts'
import { errorCode, int32, string, uuid } from '../schema.ts'

/** Removes a voter from the KRaft quorum (KIP-853). */
export const RemoveRaftVoter = api(
  81,
  'RemoveRaftVoter',
  { versions: [0, 0], flexible: 0, route: 'any' },
  {
    /** Null skips the check. */
    clusterId: string.nullable(),
    voterId: int32,
    voterDirectoryId: uuid,
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().ignorable(),
  },
)
