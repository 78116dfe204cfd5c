import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, string } from '../schema.ts'

/**
 * Replaces the whole configuration of resources: what is not given goes back to its default. IncrementalAlterConfigs,
 * from Kafka 2.3 on, is safer. For a broker's ask that broker.
 */
export const AlterConfigs = api(
  33,
  'AlterConfigs',
  { versions: [0, 2], flexible: 2, route: 'any' },
  {
    resources: array({
      /** 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.nullable(),
      }),
    }),
    validateOnly: bool,
  },
  {
    throttleTimeMs: int32,
    responses: array({
      errorCode,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
    }),
  },
)
