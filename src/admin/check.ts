import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { listProblems, refuse } from '../util/known-keys.ts'
import {
  type Check,
  custom,
  describeValue,
  int,
  type Leaf,
  ms,
  type Options,
  type OptionTable,
  type RequiredLeaf,
  required,
  resolveOptions,
  type Section,
  text,
} from '../util/options.ts'

const INT32_MAX = 2 ** 31 - 1

/** What every call of an admin takes. */
export interface AdminCallOptions {
  /** How long the brokers may work on it, in milliseconds; default `admin.timeoutMs`. */
  readonly timeoutMs?: number | undefined
  /** Drops the wait; the brokers may do it all the same. */
  readonly signal?: AbortSignal | undefined
}

/** The options of {@link AdminCallOptions}, as a table. */
export const callOptions = {
  timeoutMs: ms(undefined, { min: 1 }),
  signal: custom<AbortSignal | undefined>(
    undefined,
    value => (value instanceof AbortSignal ? undefined : `must be an AbortSignal, not ${describeValue(value)}`),
    'AbortSignal',
  ),
}

/** A name of any kind. Whether it is legal is for the broker to say, so that the other items of a call go through. */
export const name: RequiredLeaf<string> = required(text())
/** The number of a partition. */
export const partition: RequiredLeaf<number> = required(int(undefined, { min: 0, max: INT32_MAX }))
/** The id of a broker. */
export const nodeId: RequiredLeaf<number> = required(int(undefined, { min: 0, max: INT32_MAX }))
/** The fields that name a partition. */
export const topicPartition = { topic: name, partition }

/** A whole number as a bigint, from `min` on. */
export function bigint(min: bigint): RequiredLeaf<bigint> {
  const check: Check = value => {
    if (typeof value !== 'bigint') return `must be a bigint, not ${describeValue(value)}`
    return value < min ? `must be at least ${min}n, not ${value}n` : undefined
  }
  return required(custom<bigint | undefined>(undefined, check, 'bigint'))
}

/** A list; each of its items is looked at by `check`, which says what is wrong with it. */
export function listOf<T>(check: (item: unknown, path: string) => string | undefined): Leaf<readonly T[] | undefined> {
  return custom<readonly T[] | undefined>(
    undefined,
    (value, path) => {
      if (!Array.isArray(value)) return `must be a list, not ${describeValue(value)}`
      return value.flatMap((item, i) => {
        const problem = check(item, `${path}[${i}]`)
        return problem === undefined ? [] : [{ option: `${path}[${i}]`, problem }]
      })
    },
    'list',
  )
}

/** A check of {@link listOf}. */
export function isText(item: unknown): string | undefined {
  return typeof item === 'string' && item !== ''
    ? undefined
    : `must be a string that is not empty, not ${describeValue(item)}`
}

/** A check of {@link listOf}. */
export function isNodeId(item: unknown): string | undefined {
  return Number.isInteger(item) && (item as number) >= 0 && (item as number) <= INT32_MAX
    ? undefined
    : `must be the node id of a broker, not ${describeValue(item)}`
}

/**
 * The items of a call, checked and complete.
 *
 * @param option What errors call the list.
 * @param table The fields of an item.
 * @param key What makes items the same; a list that names the same thing twice is refused, for the answer would not tell them apart.
 * @throws {@link ConfigurationError} with every problem of every item.
 */
export function items<Table extends OptionTable>(
  given: unknown,
  option: string,
  table: Table | Section<Table>,
  key?: (item: Options<Table>) => string,
): Options<Table>[] {
  refuse(listProblems(given, option))
  const problems: ConfigurationProblem[] = []
  const resolved = (given as readonly never[]).map((item, i) => {
    const path = `${option}[${i}]`
    // An item that is absent would pass as an empty one.
    return resolveOptions(table, item ?? (null as never), path, problems)
  })
  refuse(problems)
  if (key !== undefined) refuseTwice(resolved.map(key), option)
  return resolved
}

/** A list of names. */
export function names(given: unknown, option: string): readonly string[] {
  refuse(listProblems(given, option))
  const list = given as readonly unknown[]
  refuse(
    list.flatMap((item, i) => {
      const problem = isText(item)
      return problem === undefined ? [] : [{ option: `${option}[${i}]`, problem }]
    }),
  )
  refuseTwice(list as string[], option)
  return list as string[]
}

/** @throws {@link ConfigurationError} where a key comes twice. */
export function refuseTwice(keys: readonly string[], option: string): void {
  const problems = keys.flatMap((key, i) => {
    const first = keys.indexOf(key)
    return first === i ? [] : [{ option: `${option}[${i}]`, problem: `is the same as ${option}[${first}]: ${key}` }]
  })
  if (problems.length > 0) throw new ConfigurationError(problems)
}

/** What names a partition in errors, and tells it from others. */
export function partitionName({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`
}
