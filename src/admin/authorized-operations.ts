import { UNKNOWN_OPERATIONS } from '../protocol/messages/unknown-operations.ts'
import { Codes } from './codes.ts'

/** What an ACL allows or denies, and what a client may do. */
export type AclOperation =
  | 'all'
  | 'read'
  | 'write'
  | 'create'
  | 'delete'
  | 'alter'
  | 'describe'
  | 'cluster_action'
  | 'describe_configs'
  | 'alter_configs'
  | 'idempotent_write'
  | 'create_tokens'
  | 'describe_tokens'
  | 'two_phase_commit'
  | 'unknown'

export const aclOperations = new Codes({
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  cluster_action: 9,
  describe_configs: 10,
  alter_configs: 11,
  idempotent_write: 12,
  create_tokens: 13,
  describe_tokens: 14,
  two_phase_commit: 15,
})

/** What this client may do, from the bit field of an answer; nothing where it was not asked for. */
export function authorizedOperations(bits: number): { readonly authorizedOperations?: readonly AclOperation[] } {
  if (bits === UNKNOWN_OPERATIONS) return {}
  const operations: AclOperation[] = []
  for (let code = 0; code < 31; code++) {
    if ((bits & (1 << code)) !== 0) operations.push(aclOperations.name(code) as AclOperation)
  }
  return { authorizedOperations: operations }
}
