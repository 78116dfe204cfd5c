import { api } from '../api.ts'
import { array, errorCode, int32, string, uuid } from '../schema.ts'

/** Deletes topics, by name or, from version 6, by id. */
export const DeleteTopics = api(
  20,
  'DeleteTopics',
  { versions: [1, 6], flexible: 4, route: 'controller' },
  {
    topics: array({
      name: string.nullable().default(null),
      topicId: uuid,
    }).since(6),
    topicNames: array(string).until(5).ignorable(),
    timeoutMs: int32,
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    responses: array({
      name: string.nullable(6),
      topicId: uuid.since(6).ignorable(),
      errorCode,
      errorMessage: string.since(5).nullable(5).default(null).ignorable(),
    }),
  },
)
