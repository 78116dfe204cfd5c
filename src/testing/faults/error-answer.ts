import { apis } from '../../protocol/apis.ts'
import type { AnyField, FieldType, Shape } from '../../protocol/schema.ts'
import type { ApiName } from '../handlers.ts'
import type { AnyRequest, AnyResponse } from '../server/exchange.ts'

const PARTITION_NAMES = ['partitionIndex', 'partition', 'index']

type Fields = Readonly<Record<string, unknown>>

/**
 * The answer that gives an error code for all that a request is about: at the top where the answer has a code there, else for
 * each topic, partition, group and so on that is asked for, which are told by the fields that both messages have.
 */
export function errorAnswer(api: ApiName, version: number, request: AnyRequest, errorCode: number): AnyResponse {
  const { request: asked, response } = apis[api]
  return answer(asked, response, version, request as Fields, errorCode) as AnyResponse
}

function answer(asked: Shape, shape: Shape, version: number, request: Fields, errorCode: number): Fields {
  const out: Record<string, unknown> = {}
  const fields = Object.entries(shape).filter(([, { facts }]) => version >= facts.since && version <= facts.until)
  const hasCode = fields.some(([name]) => name === 'errorCode')
  for (const [name, { type }] of fields) {
    if (name === 'errorCode') out[name] = errorCode
    else if (type.kind !== 'array') out[name] = sameField(name, request)
    else if (!hasCode) out[name] = elements(type.element, asked, version, request, errorCode)
  }
  return out
}

/** What names the thing that was asked for; undefined, so the default, for all that the request does not say. */
function sameField(name: string, request: Fields): unknown {
  const synonym = PARTITION_NAMES.includes(name) ? PARTITION_NAMES.find(other => other in request) : name
  const value = request[synonym ?? name]
  return typeof value === 'object' && value !== null ? undefined : value
}

/** One element for each of what is asked for: the first list of the request that has anything in it. */
function elements(type: FieldType, asked: Shape, version: number, request: Fields, errorCode: number): unknown[] {
  if (type.kind !== 'struct') return []
  const lists = Object.entries(asked).filter(([name, field]) => isFilledList(field, request[name]))
  const [name, field] = lists[0] ?? []
  if (name === undefined || field!.type.kind !== 'array') return []
  const { element } = field!.type
  return (request[name] as unknown[]).map(item => {
    if (element.kind === 'struct') return answer(element.shape, type.shape, version, item as Fields, errorCode)
    const [key] = Object.keys(type.shape).filter(own => !own.startsWith('error'))
    return { [key!]: item, errorCode }
  })
}

function isFilledList(field: AnyField, value: unknown): boolean {
  return field.type.kind === 'array' && Array.isArray(value) && value.length > 0
}
