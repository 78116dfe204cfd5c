import { api } from '../api.ts'
import { array, errorCode, int32, string, uuid } from '../schema.ts'

/** Forgets the offsets of a share group without members, for topics (KIP-932). */
export const DeleteShareGroupOffsets = api(
  92,
  'DeleteShareGroupOffsets',
  { versions: [0, 0], flexible: 0, route: 'group' },
  {
    groupId: string,
    topics: array({ topicName: string }),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    responses: array({
      topicName: string,
      topicId: uuid,
      errorCode,
      errorMessage: string.nullable().default(null),
    }),
  },
)
