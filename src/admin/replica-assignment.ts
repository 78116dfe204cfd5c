import { isNodeId, listOf } from './check.ts'

/** The node ids of the replicas of some partitions, a list each. */
export const replicaAssignment = listOf<readonly number[]>(item => {
  if (!Array.isArray(item) || item.length === 0) return 'must be a list of the node ids of its replicas'
  return item.map(isNodeId).find(problem => problem !== undefined)
})
