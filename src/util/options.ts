import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { nameElsewhere } from './names-elsewhere.ts'
import { type KnownOption, nearestOption } from './nearest-option.ts'

/** What a check says of a value: nothing where it is fine, else what is wrong with it, or with which of its parts. */
export type CheckResult = string | readonly ConfigurationProblem[] | undefined

/** Looks at one value; `path` is the option's full name, for problems of the value's parts. */
export type Check = (value: unknown, path: string) => CheckResult

/** How a leaf is documented. */
export interface LeafFacts {
  /** The type in words, such as `milliseconds`. */
  readonly label: string
  readonly min?: number
  readonly max?: number
  /** The default as documentation shows it, where the value itself would say nothing. */
  readonly shown?: string
}

/** One option: its default, its check, and what documentation says of its type. */
export class Leaf<T> {
  /** What an absent option becomes. */
  readonly default: T
  readonly facts: LeafFacts
  readonly check: Check
  /** Whether the option must be given. */
  readonly required: boolean

  constructor(fallback: T, facts: LeafFacts, check: Check, required = false) {
    this.default = fallback
    this.facts = facts
    this.check = check
    this.required = required
  }
}

/** A leaf without a default that must be given. */
export class RequiredLeaf<T> extends Leaf<T> {
  override readonly required = true as const
}

/** Options by name. A nested object of options is a table too. */
export interface OptionTable {
  readonly [name: string]: Leaf<unknown> | Section<OptionTable, boolean> | OptionTable
}

/** Reports a problem of one option; the name is relative to the rule's section. */
export type Report = (option: string, problem: string) => void

/** A rule over several options of a section. Runs only when each of them is fine by itself. */
export type Rule<Table extends OptionTable> = (options: Options<Table>, report: Report) => void

/** A table with rules, or one that may be absent as a whole. */
export class Section<Table extends OptionTable, Optional extends boolean = false> {
  readonly table: Table
  readonly optional: Optional
  readonly #rules: readonly Rule<never>[]

  constructor(table: Table, optional: Optional, rules: readonly Rule<Table>[]) {
    this.table = table
    this.optional = optional
    this.#rules = rules as readonly Rule<never>[]
  }

  /** Runs the rules. */
  applyRules(options: object, report: Report): void {
    for (const rule of this.#rules) rule(options as never, report)
  }
}

/** What an option's value is once resolved. */
type Value<Node> =
  Node extends Leaf<infer T>
    ? T
    : Node extends Section<infer Table, infer Optional>
      ? Options<Table> | (Optional extends true ? undefined : never)
      : Options<Node>

/** What may be given for an option. */
type Input<Node> =
  Node extends Leaf<infer T> ? T : Node extends Section<infer Table, boolean> ? OptionsInput<Table> : OptionsInput<Node>

type RequiredKeys<Table> = { [K in keyof Table]: Table[K] extends RequiredLeaf<unknown> ? K : never }[keyof Table]

/** What a user may give for a table: everything but required leaves may be absent or undefined. */
export type OptionsInput<Table> = {
  readonly [K in keyof Table as K extends RequiredKeys<Table> ? never : K]?: Input<Table[K]> | undefined
} & { readonly [K in keyof Table as K extends RequiredKeys<Table> ? K : never]: Input<Table[K]> }

/** A table's options, checked and complete. */
export type Options<Table> = { readonly [K in keyof Table]: Value<Table[K]> }

/** The bounds of a number, both included. */
export interface Range {
  readonly min?: number
  readonly max?: number
}

const INT32_MAX = 2 ** 31 - 1
// The length of a Kafka string is an int16.
const MAX_TEXT_BYTES = 32_767

/** An integer. `Infinity` is allowed where `max` is `Infinity`. */
export function int(fallback: number, range?: Range): Leaf<number>
export function int(fallback?: undefined, range?: Range): Leaf<number | undefined>
export function int(fallback?: number, range: Range = {}): Leaf<number | undefined> {
  return integer('integer', fallback, { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, ...range })
}

/** A duration in whole milliseconds, at least 0. The most that a timer can wait is the upper bound unless `max` says otherwise. */
export function ms(fallback: number, range?: Range): Leaf<number>
export function ms(fallback?: undefined, range?: Range): Leaf<number | undefined>
export function ms(fallback?: number, range: Range = {}): Leaf<number | undefined> {
  return integer('milliseconds', fallback, { min: 0, max: INT32_MAX, ...range })
}

/** A size in bytes, at least 0. The most that Kafka's int32 holds is the upper bound unless `max` says otherwise. */
export function bytes(fallback: number, range?: Range): Leaf<number>
export function bytes(fallback?: undefined, range?: Range): Leaf<number | undefined>
export function bytes(fallback?: number, range: Range = {}): Leaf<number | undefined> {
  return integer('bytes', fallback, { min: 0, max: INT32_MAX, ...range })
}

function integer(label: string, fallback: number | undefined, { min, max }: Required<Range>): Leaf<number | undefined> {
  const article = label === 'integer' ? 'an integer' : `a whole number of ${label}`
  return new Leaf(fallback, { label, min, max }, value => {
    const whole = Number.isInteger(value) || (value === Infinity && max === Infinity)
    if (!whole) return `must be ${article}, not ${describeValue(value)}`
    if ((value as number) < min) return `must be at least ${min}, not ${value}`
    if ((value as number) > max) return `must be at most ${max}, not ${value}`
    return undefined
  })
}

/** `true` or `false`. */
export function bool(fallback: boolean): Leaf<boolean>
export function bool(fallback?: undefined): Leaf<boolean | undefined>
export function bool(fallback?: boolean): Leaf<boolean | undefined> {
  return new Leaf(fallback, { label: 'boolean' }, value =>
    typeof value === 'boolean' ? undefined : `must be true or false, not ${describeValue(value)}`,
  )
}

/** A string that Kafka's wire format can carry; an empty one only where `empty` allows it. */
export function text(fallback: string, rules?: { readonly empty?: boolean }): Leaf<string>
export function text(fallback?: undefined, rules?: { readonly empty?: boolean }): Leaf<string | undefined>
export function text(fallback?: string, rules: { readonly empty?: boolean } = {}): Leaf<string | undefined> {
  return new Leaf(fallback, { label: 'string' }, value => {
    // The value stays out of the message: it may be a secret.
    if (typeof value !== 'string') return `must be a string, not ${kindOf(value)}`
    if (value === '' && rules.empty !== true) return 'must not be empty'
    if (Buffer.byteLength(value) > MAX_TEXT_BYTES) return `must be at most ${MAX_TEXT_BYTES} bytes long in UTF-8`
    return undefined
  })
}

/** One of a few values. */
export function oneOf<const V extends readonly (string | number | boolean)[]>(
  fallback: NoInfer<V[number]>,
  values: V,
): Leaf<V[number]>
export function oneOf<const V extends readonly (string | number | boolean)[]>(
  fallback: undefined,
  values: V,
): Leaf<V[number] | undefined>
export function oneOf(
  fallback: string | number | boolean | undefined,
  values: readonly (string | number | boolean)[],
): Leaf<string | number | boolean | undefined> {
  const shown = values.map(value => describeValue(value))
  return new Leaf(fallback, { label: shown.join(' | ') }, value => {
    if ((values as readonly unknown[]).includes(value)) return undefined
    const hint = nameElsewhere(value)
    const problem = `must be ${shown.length > 1 ? 'one of ' : ''}${shown.join(', ')}, not ${describeValue(value)}`
    return hint === undefined ? problem : `${problem}: ${hint}`
  })
}

/** A function. */
export function fn<F extends (...args: never[]) => unknown>(fallback: F, shown?: string): Leaf<F>
export function fn<F extends (...args: never[]) => unknown>(fallback?: undefined): Leaf<F | undefined>
export function fn<F extends (...args: never[]) => unknown>(fallback?: F, shown?: string): Leaf<F | undefined> {
  return new Leaf(fallback, { label: 'function', ...(shown === undefined ? {} : { shown }) }, value =>
    typeof value === 'function' ? undefined : `must be a function, not ${describeValue(value)}`,
  )
}

/**
 * An option with a check of its own. The value is neither copied nor frozen: it may be the user's logger or TLS options.
 *
 * @param fallback What an absent option becomes.
 * @param check Says what is wrong with a value.
 * @param label The type in words, for documentation.
 * @param shown The default as documentation shows it.
 */
export function custom<T>(fallback: T, check: Check, label: string, shown?: string): Leaf<T> {
  return new Leaf(fallback, { label, ...(shown === undefined ? {} : { shown }) }, check)
}

/** Makes a leaf without a default one that must be given. */
export function required<T>(leaf: Leaf<T>): RequiredLeaf<Exclude<T, undefined>> {
  return new RequiredLeaf(leaf.default as Exclude<T, undefined>, leaf.facts, leaf.check)
}

/** A table together with rules that look at several of its options. */
export function section<Table extends OptionTable>(table: Table, ...rules: Rule<Table>[]): Section<Table> {
  return new Section(table, false, rules)
}

/** A table that is `undefined` when absent, and complete when given, be it as `{}`. */
export function optional<Table extends OptionTable>(table: Table, ...rules: Rule<Table>[]): Section<Table, true> {
  return new Section(table, true, rules)
}

/**
 * Checks what a user gave and fills in the defaults. The result is new and deeply frozen, except for what is in it of
 * the user's own (functions and the values of `custom` leaves).
 *
 * @param table The known options.
 * @param input What the user gave; not trusted to be of its type.
 * @param path The full name of the table, such as `producer`; empty for the root.
 * @param problems Where to add what is wrong; without it, problems are thrown.
 * @param base What absent options become, instead of the defaults.
 * @throws {ConfigurationError} with every problem.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table | Section<Table>,
  input: OptionsInput<NoInfer<Table>> | undefined,
  path: string,
  problems?: ConfigurationProblem[],
  base?: Options<NoInfer<Table>>,
): Options<Table> {
  const found: ConfigurationProblem[] = []
  const root = table instanceof Section ? table.table : table
  const options = new Resolver(root, path, found).resolve(table, input, path, base as Loose | undefined)
  if (problems !== undefined) problems.push(...found)
  else if (found.length > 0) throw new ConfigurationError(found)
  return options as Options<Table>
}

/** One line of the documentation of a table. */
export interface OptionEntry extends LeafFacts {
  readonly option: string
  readonly default: unknown
  readonly required: boolean
}

/** Every leaf of a table under its full name, in the order of the table: what a page of documentation is made from. */
export function listOptions(table: OptionTable | Section<OptionTable, boolean>, path = ''): OptionEntry[] {
  return Object.entries(table instanceof Section ? table.table : table).flatMap(([name, node]) => {
    const option = join(path, name)
    if (!(node instanceof Leaf)) return listOptions(node, option)
    return [{ option, ...node.facts, default: node.default, required: node.required }]
  })
}

type Node = OptionTable[string]
type Loose = Readonly<Record<string, unknown>>

class Resolver {
  readonly #root: OptionTable
  readonly #rootPath: string
  readonly #problems: ConfigurationProblem[]
  #badValues = 0

  constructor(root: OptionTable, rootPath: string, problems: ConfigurationProblem[]) {
    this.#root = root
    this.#rootPath = rootPath
    this.#problems = problems
  }

  resolve(node: OptionTable | Section<OptionTable, boolean>, given: unknown, path: string, base?: Loose): Loose {
    const badBefore = this.#badValues
    const table = node instanceof Section ? node.table : node
    const input = this.#asObject(table, given, path)
    // Keys of the table's own only, so that an input's `__proto__` or `constructor` is just one more unknown option.
    for (const name of Object.keys(input)) if (!Object.hasOwn(table, name)) this.#unknown(name, path)
    const result: Record<string, unknown> = {}
    for (const [name, child] of Object.entries(table)) {
      const value = Object.hasOwn(input, name) ? input[name] : undefined
      result[name] = this.#value(child, value, join(path, name), base, name)
    }
    // A rule over values that are wrong by themselves would only add noise.
    if (node instanceof Section && this.#badValues === badBefore) {
      node.applyRules(result, (option, problem) => this.#bad(path === '' ? option : `${path}.${option}`, problem))
    }
    return Object.freeze(result)
  }

  #value(node: Node, given: unknown, path: string, base: Loose | undefined, name: string): unknown {
    if (!(node instanceof Leaf)) {
      const absent = node instanceof Section && node.optional && given === undefined
      return absent && base?.[name] === undefined
        ? undefined
        : this.resolve(node, given, path, base?.[name] as Loose | undefined)
    }
    const fallback = base === undefined ? node.default : base[name]
    if (given === undefined) {
      if (node.required && fallback === undefined) this.#bad(path, 'must be given')
      return fallback
    }
    const outcome = node.check(given, path)
    if (outcome === undefined || outcome.length === 0) return given
    if (typeof outcome === 'string') this.#bad(path, outcome)
    else for (const { option, problem } of outcome) this.#bad(option, problem)
    return fallback
  }

  #asObject(table: OptionTable, given: unknown, path: string): Loose {
    if (given === undefined) return {}
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Loose
    const names = Object.keys(table)
    const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '')
    this.#bad(path || 'options', `must be an object with the options ${some}, not ${describeValue(given)}`)
    return {}
  }

  #bad(option: string, problem: string): void {
    this.#badValues++
    this.#problems.push({ option, problem })
  }

  #unknown(name: string, path: string): void {
    const option = join(path, name)
    const nearest = nearestOption(name, path, knownOptions(this.#root, this.#rootPath))
    const hint = nameElsewhere(name) ?? (nearest === undefined ? undefined : `did you mean ${nearest}?`)
    this.#problems.push({ option, problem: hint === undefined ? 'unknown option' : `unknown option; ${hint}` })
  }
}

function join(path: string, name: string): string {
  const step = /^[\w$]+$/.test(name) ? name : `[${JSON.stringify(name)}]`
  return path === '' || step.startsWith('[') ? path + step : `${path}.${step}`
}

/** All of a table's options, tables too. */
function knownOptions(table: OptionTable, path: string): KnownOption[] {
  return Object.entries(table).flatMap(([name, node]) => {
    const known = { option: join(path, name), name, table: path }
    if (node instanceof Leaf) return [known]
    return [known, ...knownOptions(node instanceof Section ? node.table : node, known.option)]
  })
}

/** A value as a problem shows it, short whatever it is. Not for what may be a secret. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return kindOf(value)
}

/** What kind of a value it is, for problems with what may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
