import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, string } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

/** The id and the brokers, or the controllers, of the cluster (KIP-700). */
export const DescribeCluster = api(
  60,
  'DescribeCluster',
  { versions: [0, 2], flexible: 0, route: 'any' },
  {
    includeClusterAuthorizedOperations: bool,
    /** 1 brokers, 2 controllers (KIP-919). */
    endpointType: int8.since(1).default(1),
    /** Those too that are not in service (KIP-1073). */
    includeFencedBrokers: bool.since(2),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    endpointType: int8.since(1).default(1),
    clusterId: string,
    /** From a broker any live one, which passes requests on. */
    controllerId: int32.default(-1),
    brokers: array({
      brokerId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
      isFenced: bool.since(2),
    }),
    /** A bit field: bit n is set when the ACL operation of code n is allowed. */
    clusterAuthorizedOperations: int32.default(UNKNOWN_OPERATIONS),
  },
)
