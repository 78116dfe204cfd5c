import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler, ResponseOf } from '../handlers.ts'
import type { CoordinatorType } from '../store.ts'
import type { Services } from './services.ts'

type Coordinator = NonNullable<ResponseOf<'FindCoordinator'>['coordinators']>[number]

const TYPES: readonly (CoordinatorType | undefined)[] = ['group', 'transaction']
const SEVERAL_SINCE = 4

/** Which brokers coordinate groups and transactional ids. */
export function findCoordinator({ state }: Services): Handler<'FindCoordinator'> {
  return ({ key, keyType, coordinatorKeys }, { version }) => {
    const type = TYPES[keyType]
    if (version >= SEVERAL_SINCE) return { coordinators: coordinatorKeys.map(each => find(type, each)) }
    const { key: _, ...found } = find(type, key)
    return found
  }

  function find(type: CoordinatorType | undefined, key: string): Coordinator {
    const nowhere = { key, nodeId: -1, host: '', port: -1 }
    if (type === undefined) {
      return {
        ...nowhere,
        errorCode: errorCodes.INVALID_REQUEST,
        errorMessage: 'There is no coordinator of this type.',
      }
    }
    const broker = state.brokers.get(state.coordinator(type, key) ?? -1)
    if (broker === undefined) {
      const errorMessage = 'The coordinator is not available.'
      return { ...nowhere, errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE, errorMessage }
    }
    const { id: nodeId, host, port } = broker
    return { key, nodeId, host, port, errorCode: errorCodes.NONE, errorMessage: null }
  }
}
