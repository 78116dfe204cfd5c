import { api } from '../api.ts'
import { array, errorCode, int32, string } from '../schema.ts'

/** Deletes groups that have no members, and their offsets. */
export const DeleteGroups = api(
  42,
  'DeleteGroups',
  { versions: [0, 2], flexible: 2, route: 'group' },
  {
    groupsNames: array(string),
  },
  {
    throttleTimeMs: int32,
    results: array({
      groupId: string,
      errorCode,
    }),
  },
)
