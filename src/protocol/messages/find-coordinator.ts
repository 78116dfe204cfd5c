import { api } from '../api.ts'
import { array, errorCode, int8, int32, string } from '../schema.ts'

/** Which broker coordinates a group, a transactional id or a share partition. */
export const FindCoordinator = api(
  10,
  'FindCoordinator',
  { versions: [0, 6], flexible: 3, route: 'any' },
  {
    key: string.until(3),
    /** 0 group, 1 transaction, 2 share. */
    keyType: int8.since(1).default(0),
    coordinatorKeys: array(string).since(4),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: errorCode.until(3),
    errorMessage: string.since(1).until(3).nullable(1).ignorable(),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode,
      errorMessage: string.nullable().ignorable(),
    }).since(4),
  },
)
