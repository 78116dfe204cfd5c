import { errorCodes } from '../errors/broker-codes.ts'
import type { Api, Response } from '../protocol/api.ts'
import type { FieldType, Shape } from '../protocol/schema.ts'

const MISROUTED: ReadonlySet<number> = new Set([
  errorCodes.NOT_CONTROLLER,
  errorCodes.NOT_COORDINATOR,
  errorCodes.COORDINATOR_NOT_AVAILABLE,
  errorCodes.COORDINATOR_LOAD_IN_PROGRESS,
  errorCodes.NOT_LEADER_OR_FOLLOWER,
  errorCodes.LEADER_NOT_AVAILABLE,
  errorCodes.FENCED_LEADER_EPOCH,
  errorCodes.UNKNOWN_LEADER_EPOCH,
])

/** Whether a broker says by this code that another one has to be asked, or this one later, and that it has done nothing. */
export function isMisrouted(code: number): boolean {
  return MISROUTED.has(code)
}

/**
 * The code by which an answer says that its request has to go elsewhere; undefined where any part of the request was dealt with, since
 * that must not be asked again.
 */
export function misroutedCode<A extends Api>(api: A, answer: Response<A>): number | undefined {
  const codes: number[] = []
  collect(api.response, answer as Values, codes)
  return codes.length > 0 && codes.every(isMisrouted) ? codes[0] : undefined
}

type Values = Readonly<Record<string, unknown>>

/** The outcome of each innermost part of an answer that has one; a failure of the whole stands for its parts. */
function collect(shape: Shape, values: Values, codes: number[]): void {
  const fields = Object.entries(shape)
  const own = fields.filter(([, { type }]) => isErrorCode(type)).map(([name]) => values[name] as number)
  const failed = own.find(code => code !== 0)
  if (failed !== undefined) {
    codes.push(failed)
    return
  }
  let hasParts = false
  for (const [name, { type }] of fields) {
    const part = partsOf(type)
    if (part === undefined) continue
    hasParts = true
    for (const each of (values[name] as Values[] | null) ?? []) collect(part, each, codes)
  }
  if (!hasParts && own.length > 0) codes.push(0)
}

/** The shape of the elements of an array that tell of outcomes. */
function partsOf(type: FieldType): Shape | undefined {
  if (type.kind !== 'array' || type.element.kind !== 'struct') return undefined
  const { shape } = type.element
  return tells(shape) ? shape : undefined
}

function tells(shape: Shape): boolean {
  return Object.values(shape).some(({ type }) => isErrorCode(type) || partsOf(type) !== undefined)
}

function isErrorCode(type: FieldType): boolean {
  return 'isErrorCode' in type && type.isErrorCode === true
}
