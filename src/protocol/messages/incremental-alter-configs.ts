import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, string } from '../schema.ts'

/** Changes single configuration entries of resources (KIP-339). For a broker's or its loggers' ask that broker. */
export const IncrementalAlterConfigs = api(
  44,
  'IncrementalAlterConfigs',
  { versions: [0, 1], flexible: 1, route: 'any' },
  {
    resources: array({
      /** 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        /** 0 set, 1 delete, 2 append to a list, 3 subtract from a list. */
        configOperation: int8,
        /** Null to delete. */
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
