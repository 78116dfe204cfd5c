import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler } from '../handlers.ts'
import { controllerId } from './metadata.ts'
import { clusterOperations } from './operations.ts'
import type { Services } from './services.ts'

const BROKERS = 1

/** The brokers of the cluster. */
export function describeCluster({ state }: Services): Handler<'DescribeCluster'> {
  return ({ endpointType, includeFencedBrokers, includeClusterAuthorizedOperations }, { version }) => {
    const head = { throttleTimeMs: 0, clusterId: state.id, endpointType }
    if (endpointType !== BROKERS) {
      const errorMessage = 'The request was sent to an endpoint of the wrong type.'
      return { ...head, errorCode: errorCodes.MISMATCHED_ENDPOINT_TYPE, errorMessage, brokers: [] }
    }
    const brokers = [...state.brokers.values()].filter(({ isRegistered }) => isRegistered || includeFencedBrokers)
    return {
      ...head,
      errorCode: errorCodes.NONE,
      controllerId: controllerId(state),
      brokers: brokers.map(({ id, host, port, rack, isRegistered }) => {
        return { brokerId: id, host, port, rack, ...(version >= 2 && { isFenced: !isRegistered }) }
      }),
      clusterAuthorizedOperations: clusterOperations(includeClusterAuthorizedOperations),
    }
  }
}
