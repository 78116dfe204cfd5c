import { api } from '../api.ts'
import { array, errorCode, int8, int32, string } from '../schema.ts'

/** The names of resources that have a configuration of their own (KIP-1142). In version 0 only of client metrics. */
export const ListConfigResources = api(
  74,
  'ListConfigResources',
  { versions: [0, 1], flexible: 0, route: 'any' },
  {
    /** 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. Empty for all. */
    resourceTypes: array(int8).since(1),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    configResources: array({
      resourceName: string,
      resourceType: int8.since(1).default(16).ignorable(),
    }),
  },
)
