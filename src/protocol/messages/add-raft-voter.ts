import { api } from '../api.ts'
import { array, bool, errorCode, int32, string, uint16, uuid } from '../schema.ts'

/** Adds a voter to the KRaft quorum (KIP-853). */
export const AddRaftVoter = api(
  80,
  'AddRaftVoter',
  { versions: [0, 1], flexible: 0, route: 'any' },
  {
    /** Null skips the check. */
    clusterId: string.nullable(),
    timeoutMs: int32,
    voterId: int32,
    /** Of the voter's metadata log. */
    voterDirectoryId: uuid,
    listeners: array({
      name: string,
      host: string,
      port: uint16,
    }),
    /** Answer once the new voters are committed, rather than written by the leader. */
    ackWhenCommitted: bool.since(1).default(true),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().ignorable(),
  },
)
