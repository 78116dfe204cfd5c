import type { KafkaError } from '../errors/kafka-error.ts'
import { AlterClientQuotas } from '../protocol/messages/alter-client-quotas.ts'
import { DescribeClientQuotas } from '../protocol/messages/describe-client-quotas.ts'
import { bool, type Check, custom, describeValue, required, resolveOptions } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items } from './check.ts'

/** What quotas are of. */
export type QuotaEntityType = 'user' | 'client-id' | 'ip'

/** Whose quota it is: a user, a client id, both together, or an address; null stands for the default of the type. */
export type QuotaEntity = { readonly [T in QuotaEntityType]?: string | null | undefined }

/** The quotas of an entity. */
export interface ClientQuota {
  readonly entity: QuotaEntity
  /** By name: `producer_byte_rate` and `consumer_byte_rate` in bytes a second, `request_percentage`, … */
  readonly quotas: Readonly<Record<string, number>>
}

/** Quotas that are to be set or removed. */
export interface ClientQuotaAlteration {
  readonly entity: QuotaEntity
  /** By name; null removes one. */
  readonly quotas: Readonly<Record<string, number | null>>
}

/** What became of the quotas of an entity. */
export interface AlteredClientQuota {
  readonly entity: QuotaEntity
  readonly error?: KafkaError
}

/** Which quotas are meant. */
export interface ClientQuotaFilter {
  /** The types that the entity must have, with a name, null for the default, or `{ any: true }`. By default every entity is meant. */
  readonly entity?: { readonly [T in QuotaEntityType]?: string | null | { readonly any: true } | undefined } | undefined
  /** Leave out entities that have further types. Default false. */
  readonly strict?: boolean | undefined
}

export interface AlterClientQuotasOptions extends AdminCallOptions {
  /** Only check whether it would work. */
  readonly validateOnly?: boolean | undefined
}

const TYPES: readonly string[] = ['user', 'client-id', 'ip']
const NAMED = 0
const DEFAULT = 1
const ANY = 2

const alteration = {
  entity: required(custom<QuotaEntity | undefined>(undefined, entityProblem(false), 'object')),
  quotas: required(custom<ClientQuotaAlteration['quotas'] | undefined>(undefined, quotasProblem, 'object')),
}
const filter = {
  entity: custom<NonNullable<ClientQuotaFilter['entity']>>({}, entityProblem(true), 'object'),
  strict: bool(false),
}

export function describeClientQuotas(
  context: AdminContext,
  given: ClientQuotaFilter,
  options: AdminCallOptions,
): Promise<ClientQuota[]> {
  return inCall(context, {}, options, async call => {
    const { entity, strict } = resolveOptions(filter, given ?? (null as never), 'filter')
    const components = present(entity).map(([entityType, name]) => ({
      entityType,
      matchType: name === null ? DEFAULT : typeof name === 'string' ? NAMED : ANY,
      match: typeof name === 'string' ? name : null,
    }))
    const answer = await call.ask(DescribeClientQuotas, { components, strict }, { any: true })
    throwFailure('describing client quotas', answer)
    return (answer.entries ?? []).map(({ entity, values }) => ({
      entity: Object.fromEntries(entity.map(({ entityType, entityName }) => [entityType, entityName])),
      quotas: Object.fromEntries(values.map(({ key, value }) => [key, value])),
    }))
  })
}

export function alterClientQuotas(
  context: AdminContext,
  given: readonly ClientQuotaAlteration[],
  options: AlterClientQuotasOptions,
): Promise<AlteredClientQuota[]> {
  return inCall(context, { validateOnly: bool(false) }, options, async (call, { validateOnly }) => {
    const alterations = items(given, 'quotas', alteration, ({ entity }) => entityName(present(entity)))
    const entries = alterations.map(({ entity, quotas }) => ({
      entity: present(entity).map(([entityType, entityName]) => ({ entityType, entityName })),
      ops: Object.entries(quotas).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
    }))
    const answer = await call.ask(AlterClientQuotas, { entries, validateOnly }, { any: true })
    const results = new Map(
      answer.entries.map(each => {
        const entity = each.entity.map(({ entityType, entityName }) => [entityType, entityName] as const)
        return [entityName(entity), each]
      }),
    )
    return alterations.map(({ entity }) => {
      const shown = entityName(present(entity))
      const error = failureOf(`altering the quotas of ${shown}`, results.get(shown))
      return error === undefined ? { entity } : { entity, error }
    })
  })
}

type Name = string | null | { readonly any: true }

function present<T extends Name>(
  entity: { readonly [K in QuotaEntityType]?: T | undefined },
): (readonly [string, T])[] {
  return Object.entries(entity).filter((each): each is [string, T] => each[1] !== undefined)
}

/** Names an entity in errors, and tells it from others. */
function entityName(entity: readonly (readonly [type: string, name: string | null])[]): string {
  return entity
    .map(([type, name]) => (name === null ? `the default ${type}` : `${type} ${JSON.stringify(name)}`))
    .sort()
    .join(' and ')
}

function entityProblem(mayBeAny: boolean): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return `must be an object with ${TYPES.join(', ')}, not ${describeValue(value)}`
    }
    const given = Object.entries(value).filter(([, name]) => name !== undefined)
    if (given.length === 0 && !mayBeAny) return `must have one of ${TYPES.join(', ')}`
    const kinds = mayBeAny ? 'a name, null for the default, or { any: true }' : 'a name, or null for the default'
    return given.flatMap(([type, name]) => {
      const option = `${path}.${type}`
      if (!TYPES.includes(type))
        return [{ option, problem: `there is no such type; known ones are ${TYPES.join(', ')}` }]
      const isAny = mayBeAny && (name as { readonly any?: unknown } | null)?.any === true
      if (name === null || (typeof name === 'string' && name !== '') || isAny) return []
      return [{ option, problem: `must be ${kinds}, not ${describeValue(name)}` }]
    })
  }
}

function quotasProblem(value: unknown, path: string) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object, not ${describeValue(value)}`
  }
  return Object.entries(value).flatMap(([key, quota]) =>
    quota === null || (typeof quota === 'number' && Number.isFinite(quota))
      ? []
      : [{ option: `${path}.${key}`, problem: `must be a number, or null to remove it, not ${describeValue(quota)}` }],
  )
}
