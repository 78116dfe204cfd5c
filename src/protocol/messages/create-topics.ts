import { api } from '../api.ts'
import { array, bool, errorCode, int8, int16, int32, string, uuid } from '../schema.ts'

/** Creates topics. */
export const CreateTopics = api(
  19,
  'CreateTopics',
  { versions: [2, 7], flexible: 5, route: 'controller' },
  {
    topics: array({
      name: string,
      /** -1 for the broker's default, or with `assignments`. */
      numPartitions: int32,
      /** -1 for the broker's default, or with `assignments`. */
      replicationFactor: int16,
      assignments: array({
        partitionIndex: int32,
        brokerIds: array(int32),
      }),
      configs: array({
        name: string,
        value: string.nullable(),
      }),
    }),
    timeoutMs: int32.default(60_000),
    validateOnly: bool.since(1),
  },
  {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array({
      name: string,
      topicId: uuid.since(7).ignorable(),
      errorCode,
      errorMessage: string.since(1).nullable().ignorable(),
      /** Why there are no `configs`, where there are none. */
      topicConfigErrorCode: errorCode.since(5).tag(0).ignorable(),
      numPartitions: int32.since(5).default(-1).ignorable(),
      replicationFactor: int16.since(5).default(-1).ignorable(),
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: bool,
        configSource: int8.default(-1).ignorable(),
        isSensitive: bool,
      })
        .since(5)
        .nullable(5)
        .ignorable(),
    }),
  },
)
