import { UNKNOWN_OPERATIONS } from '../../protocol/messages/unknown-operations.ts'

/** Codes of ACL operations: bit n of a bit field stands for the operation of code n. */
const READ = 3
const WRITE = 4
const CREATE = 5
const DELETE = 6
const ALTER = 7
const DESCRIBE = 8
const CLUSTER_ACTION = 9
const DESCRIBE_CONFIGS = 10
const ALTER_CONFIGS = 11
const IDEMPOTENT_WRITE = 12

const ALL_OF_TOPICS = bits([READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS])
const ALL_OF_CLUSTER = bits([
  CREATE,
  ALTER,
  DESCRIBE,
  CLUSTER_ACTION,
  DESCRIBE_CONFIGS,
  ALTER_CONFIGS,
  IDEMPOTENT_WRITE,
])

function bits(operations: readonly number[]): number {
  return operations.reduce((field, operation) => field | (1 << operation), 0)
}

/** What a client may do to a topic: everything, as there are no ACLs. */
export function topicOperations(isAsked: boolean): number {
  return isAsked ? ALL_OF_TOPICS : UNKNOWN_OPERATIONS
}

/** What a client may do to the cluster. */
export function clusterOperations(isAsked: boolean): number {
  return isAsked ? ALL_OF_CLUSTER : UNKNOWN_OPERATIONS
}
