// Checked by `tsc` alone: nothing here is run.
import { expectTypeOf } from 'vitest'
import {
  custom,
  fn,
  int,
  ms,
  type Options,
  type OptionsInput,
  oneOf,
  optional,
  required,
  resolveOptions,
  section,
  text,
} from '../../src/util/options.ts'

const table = {
  brokers: required(custom<readonly string[] | undefined>(undefined, () => undefined, 'string[]')),
  rackId: text(),
  compression: oneOf('none', ['none', 'gzip']),
  net: { maxOpenRequests: int(5), backoff: fn<(attempt: number) => number>() },
  producer: section(
    { acks: oneOf(-1, [0, 1, -1]), transaction: optional({ id: required(text()), timeoutMs: ms(60_000) }) },
    (options, report) => {
      expectTypeOf(options.acks).toEqualTypeOf<0 | 1 | -1>()
      report('acks', '')
    },
  ),
}

expectTypeOf<Options<typeof table>>().toEqualTypeOf<{
  readonly brokers: readonly string[]
  readonly rackId: string | undefined
  readonly compression: 'none' | 'gzip'
  readonly net: { readonly maxOpenRequests: number; readonly backoff: ((attempt: number) => number) | undefined }
  readonly producer: {
    readonly acks: 0 | 1 | -1
    readonly transaction: { readonly id: string; readonly timeoutMs: number } | undefined
  }
}>()
expectTypeOf(resolveOptions(table, { brokers: [] }, '')).toEqualTypeOf<Options<typeof table>>()
expectTypeOf(resolveOptions(table.producer, {}, 'producer').acks).toEqualTypeOf<0 | 1 | -1>()

type Given = OptionsInput<typeof table>
const all: Given[] = [
  { brokers: [] },
  { brokers: [], rackId: undefined, net: undefined, producer: { acks: undefined, transaction: undefined } },
  { brokers: [], producer: { acks: 0, transaction: { id: 't' } }, net: { backoff: attempt => attempt + 1 } },
]
void all

// @ts-expect-error brokers must be given
resolveOptions(table, {}, '')
// @ts-expect-error not one of the values
resolveOptions(table.producer, { acks: 2 }, 'producer')
// @ts-expect-error unknown option
resolveOptions(table.producer, { ackss: 1 }, 'producer')
// @ts-expect-error the transaction needs an id
resolveOptions(table.producer, { transaction: {} }, 'producer')
// @ts-expect-error the default is one of the values
oneOf('zip', ['none', 'gzip'])
// @ts-expect-error resolved options do not change
resolveOptions(table, { brokers: [] }, '').net.maxOpenRequests = 3
