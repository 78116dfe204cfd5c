import type { InspectOptions } from 'node:util'

/** The name of the method that `console.log` and `util.inspect` ask for what to show. */
export const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** What such a method is given. */
export type InspectArguments = [
  depth: number,
  options: InspectOptions,
  inspect: (value: unknown, options: InspectOptions) => string,
]

/** What it answers: an object whose fields are private, or made when they are asked for, would else show nothing. */
export function inspected(name: string, shown: object, [depth, options, inspect]: InspectArguments): string {
  return depth < 0 ? `[${name}]` : `${name} ${inspect(shown, { ...options, depth })}`
}
