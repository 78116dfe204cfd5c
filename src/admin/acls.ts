import type { KafkaError } from '../errors/kafka-error.ts'
import { CreateAcls } from '../protocol/messages/create-acls.ts'
import { DeleteAcls } from '../protocol/messages/delete-acls.ts'
import { DescribeAcls } from '../protocol/messages/describe-acls.ts'
import { type Leaf, type Options, oneOf, type RequiredLeaf, required, resolveOptions, text } from '../util/options.ts'
import { type AclOperation, aclOperations } from './authorized-operations.ts'
import { type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items, name } from './check.ts'
import { Codes } from './codes.ts'

type Operation = Exclude<AclOperation, 'unknown'>

/** What an ACL is about. */
export type AclResourceType = 'topic' | 'group' | 'cluster' | 'transactional_id' | 'delegation_token' | 'user'

/** Whether an ACL is about the one resource of the name, or all whose names begin with it (KIP-290). */
export type AclPatternType = 'literal' | 'prefixed'

/** Who may do what with which resource, or may not. */
export interface AclBinding {
  readonly resourceType: AclResourceType
  /** `*` for all of the type; `kafka-cluster` for the cluster. */
  readonly resourceName: string
  /** Default `'literal'`. */
  readonly patternType?: AclPatternType | undefined
  /** `User:alice`, or `User:*` for everyone. */
  readonly principal: string
  /** The address that the request must come from. Default `*`, for any. */
  readonly host?: string | undefined
  readonly operation: Operation
  /** Default `'allow'`. */
  readonly permissionType?: 'allow' | 'deny' | undefined
}

/** Which ACLs are meant: those that agree with all that is given. */
export interface AclFilter {
  readonly resourceType?: AclResourceType | 'any' | undefined
  readonly resourceName?: string | undefined
  /** With `'match'` also prefixes of `resourceName` and `*`: all that applies to it. Default `'any'`. */
  readonly patternType?: AclPatternType | 'match' | 'any' | undefined
  readonly principal?: string | undefined
  readonly host?: string | undefined
  readonly operation?: Operation | 'any' | undefined
  readonly permissionType?: 'allow' | 'deny' | 'any' | undefined
}

/** What became of an ACL to be created. */
export interface CreatedAcl extends AclBinding {
  readonly error?: KafkaError
}

/** What became of the ACLs that a filter means. */
export interface DeletedAcls {
  readonly filter: AclFilter
  /** Those that matched; one with an error is still there. */
  readonly acls?: readonly CreatedAcl[]
  readonly error?: KafkaError
}

const ANY = 1
const resourceTypes = new Codes<AclResourceType>({
  topic: 2,
  group: 3,
  cluster: 4,
  transactional_id: 5,
  delegation_token: 6,
  user: 7,
})
const patternTypes = new Codes({ any: ANY, match: 2, literal: 3, prefixed: 4 })
const permissionTypes = new Codes({ any: ANY, deny: 2, allow: 3 })
const binding = {
  resourceType: required(oneOf(undefined, resourceTypes.names)) as RequiredLeaf<AclResourceType>,
  resourceName: name,
  patternType: oneOf('literal', ['literal', 'prefixed']),
  principal: name,
  host: text('*'),
  operation: required(
    oneOf(
      undefined,
      aclOperations.names.filter(each => each !== 'any'),
    ),
  ) as RequiredLeaf<Operation>,
  permissionType: oneOf('allow', ['allow', 'deny']),
}
const filter = {
  resourceType: oneOf('any', ['any', ...resourceTypes.names]) as Leaf<AclResourceType | 'any'>,
  resourceName: text(),
  patternType: oneOf('any', patternTypes.names),
  principal: text(),
  host: text(),
  operation: oneOf('any', aclOperations.names) as Leaf<Operation | 'any'>,
  permissionType: oneOf('any', permissionTypes.names),
}

export function createAcls(
  context: AdminContext,
  given: readonly AclBinding[],
  options: AdminCallOptions,
): Promise<CreatedAcl[]> {
  return inCall(context, {}, options, async call => {
    const acls = items(given, 'acls', binding)
    const creations = acls.map(acl => ({
      resourceType: resourceTypes.code(acl.resourceType),
      resourceName: acl.resourceName,
      resourcePatternType: patternTypes.code(acl.patternType),
      principal: acl.principal,
      host: acl.host,
      operation: aclOperations.code(acl.operation),
      permissionType: permissionTypes.code(acl.permissionType),
    }))
    const { results } = await call.ask(CreateAcls, { creations }, { any: true })
    return acls.map((acl, i) => {
      const error = failureOf(`creating the ACL ${shown(acl)}`, results[i])
      return error === undefined ? acl : { ...acl, error }
    })
  })
}

export function describeAcls(
  context: AdminContext,
  given: AclFilter,
  options: AdminCallOptions,
): Promise<AclBinding[]> {
  return inCall(context, {}, options, async call => {
    const wanted = resolveOptions(filter, given ?? (null as never), 'filter')
    const answer = await call.ask(DescribeAcls, filterBody(wanted), { any: true })
    throwFailure('describing ACLs', answer)
    return answer.resources.flatMap(({ acls, ...resource }) => acls.map(acl => bindingOf({ ...resource, ...acl })))
  })
}

export function deleteAcls(
  context: AdminContext,
  given: readonly AclFilter[],
  options: AdminCallOptions,
): Promise<DeletedAcls[]> {
  return inCall(context, {}, options, async call => {
    const filters = items(given, 'filters', filter).map(filterBody)
    const { filterResults } = await call.ask(DeleteAcls, { filters }, { any: true })
    return given.map((filter, i) => {
      const result = filterResults[i]
      const error = failureOf(`deleting the ACLs of filters[${i}]`, result)
      if (error !== undefined) return { filter, error }
      const acls = result!.matchingAcls.map(match => {
        const acl = bindingOf(match)
        const error = failureOf(`deleting the ACL ${shown(acl)}`, match)
        return error === undefined ? acl : { ...acl, error }
      })
      return { filter, acls }
    })
  })
}

interface Answered {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

function bindingOf(acl: Answered): AclBinding {
  return {
    resourceType: resourceTypes.name(acl.resourceType) as AclResourceType,
    resourceName: acl.resourceName,
    patternType: patternTypes.name(acl.patternType) as AclPatternType,
    principal: acl.principal,
    host: acl.host,
    operation: aclOperations.name(acl.operation) as Operation,
    permissionType: permissionTypes.name(acl.permissionType) as 'allow' | 'deny',
  }
}

function filterBody(wanted: Options<typeof filter>) {
  return {
    resourceTypeFilter: wanted.resourceType === 'any' ? ANY : resourceTypes.code(wanted.resourceType),
    resourceNameFilter: wanted.resourceName ?? null,
    patternTypeFilter: patternTypes.code(wanted.patternType),
    principalFilter: wanted.principal ?? null,
    hostFilter: wanted.host ?? null,
    operation: aclOperations.code(wanted.operation),
    permissionType: permissionTypes.code(wanted.permissionType),
  }
}

function shown({ permissionType, principal, operation, resourceType, resourceName, host }: AclBinding): string {
  return `"${permissionType} ${principal} from ${host} to ${operation} ${resourceType} ${resourceName}"`
}
