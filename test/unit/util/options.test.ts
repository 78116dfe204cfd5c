import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, type ConfigurationProblem } from '../../../src/errors/client-errors.ts'
import {
  bool,
  bytes,
  custom,
  fn,
  int,
  listOptions,
  ms,
  oneOf,
  optional,
  required,
  resolveOptions,
  section,
  text,
} from '../../../src/util/options.ts'

const logger = { info() {} }
const producer = section(
  {
    acks: oneOf(-1, [0, 1, -1]),
    idempotent: bool(true),
    retry: { max: int(5, { min: 0, max: Infinity }), backoffMs: ms(100), backoff: fn<(attempt: number) => number>() },
    transaction: optional({ id: required(text()), timeoutMs: ms(60_000, { min: 1 }) }),
  },
  ({ acks, idempotent }, report) => {
    if (idempotent && acks !== -1) report('acks', 'must be -1 where producer.idempotent is true')
  },
)
const config = {
  brokers: required(
    custom<string | undefined>(undefined, v => (typeof v === 'string' ? undefined : 'must be a string'), 'hosts'),
  ),
  clientId: text('samsa'),
  rackId: text(),
  net: { maxBytes: bytes(1024, { min: 1 }), idleMs: ms(9) },
  logger: custom<typeof logger | undefined>(undefined, () => undefined, 'Logger'),
  producer,
}

/** The problems of an input, whatever its type. */
function problemsOf(
  input: unknown,
  table: Parameters<typeof listOptions>[0] = config,
  path = '',
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = []
  resolveOptions(table as typeof config, input as { brokers: string }, path, problems)
  return problems
}

const lines = (input: unknown): string[] =>
  problemsOf({ brokers: 'b', ...(input as object) }).map(({ option, problem }) => `${option}: ${problem}`)

describe('resolveOptions', () => {
  it('fills in every default', () => {
    expect(resolveOptions(config, { brokers: 'b' }, '')).toEqual({
      brokers: 'b',
      clientId: 'samsa',
      rackId: undefined,
      net: { maxBytes: 1024, idleMs: 9 },
      logger: undefined,
      producer: {
        acks: -1,
        idempotent: true,
        retry: { max: 5, backoffMs: 100, backoff: undefined },
        transaction: undefined,
      },
    })
  })

  it('takes what is given, and undefined as absent', () => {
    const backoff = () => 1
    const input = {
      brokers: 'b',
      clientId: undefined,
      net: undefined,
      producer: { acks: undefined, retry: { max: Infinity, backoff }, transaction: { id: 't' } },
    }
    const options = resolveOptions(config, input, '')
    expect(options.clientId).toBe('samsa')
    expect(options.net.maxBytes).toBe(1024)
    expect(options.producer).toEqual({
      acks: -1,
      idempotent: true,
      retry: { max: Infinity, backoffMs: 100, backoff },
      transaction: { id: 't', timeoutMs: 60_000 },
    })
  })

  it('freezes its result, all the way down, and nothing of the user', () => {
    const mine = { info() {} }
    const input = { brokers: 'b', logger: mine, producer: { retry: { max: 1 } } }
    const options = resolveOptions(config, input, '')
    for (const part of [options, options.net, options.producer, options.producer.retry])
      expect(Object.isFrozen(part)).toBe(true)
    expect(options.logger).toBe(mine)
    for (const part of [mine, input, input.producer, input.producer.retry]) expect(Object.isFrozen(part)).toBe(false)
  })

  it('reports every problem at once, with full names', () => {
    const input = {
      clientId: 5,
      net: { maxBytes: 0, idleMs: 1.5 },
      producer: { acks: 2, ackss: 1, retry: null, transaction: {} },
    }
    expect(problemsOf(input)).toEqual([
      { option: 'brokers', problem: 'must be given' },
      { option: 'clientId', problem: 'must be a string, not a number' },
      { option: 'net.maxBytes', problem: 'must be at least 1, not 0' },
      { option: 'net.idleMs', problem: 'must be a whole number of milliseconds, not 1.5' },
      { option: 'producer.ackss', problem: 'unknown option; did you mean producer.acks?' },
      { option: 'producer.acks', problem: 'must be one of 0, 1, -1, not 2' },
      { option: 'producer.retry', problem: 'must be an object with the options max, backoffMs, backoff, not null' },
      { option: 'producer.transaction.id', problem: 'must be given' },
    ])
    expect(() => resolveOptions(config, input as never, '')).toThrow(ConfigurationError)
  })

  it('resolves one slice under its full name', () => {
    expect(problemsOf({ retry: { maxx: 1 } }, producer, 'producer')).toEqual([
      { option: 'producer.retry.maxx', problem: 'unknown option; did you mean producer.retry.max?' },
    ])
  })

  it('lets a child override part of a slice that is resolved already', () => {
    const base = resolveOptions(config, { brokers: 'b', producer: { idempotent: false, retry: { max: 9 } } }, '')
    const child = resolveOptions(producer, { acks: 1, retry: { backoffMs: 7 } }, 'producer', undefined, base.producer)
    expect(child).toMatchObject({ acks: 1, idempotent: false, retry: { max: 9, backoffMs: 7 } })
    expect(child.transaction).toBeUndefined()
    const given = resolveOptions(producer, { transaction: { id: 't' } }, 'producer')
    const kept = resolveOptions(producer, { transaction: { timeoutMs: 5 } as never }, 'producer', undefined, given)
    expect(kept.transaction).toEqual({ id: 't', timeoutMs: 5 })
  })
})

describe('rules over several options', () => {
  it('run on the complete options, beside unknown ones', () => {
    expect(lines({ producer: { acks: 1, foo: 1 } })).toEqual([
      expect.stringMatching(/^producer\.foo: unknown option/),
      'producer.acks: must be -1 where producer.idempotent is true',
    ])
    expect(lines({ producer: { acks: 1, idempotent: false } })).toEqual([])
  })

  it('do not run on values that are wrong by themselves', () => {
    expect(lines({ producer: { acks: 1, idempotent: 'yes' } })).toEqual([
      'producer.idempotent: must be true or false, not "yes"',
    ])
  })
})

describe('unknown options', () => {
  it.each([
    [{ client_id: 'x' }, 'client_id: unknown option; did you mean clientId?'],
    [{ prodcuer: {} }, 'prodcuer: unknown option; did you mean producer?'],
    [{ acks: 1 }, 'acks: unknown option; did you mean producer.acks?'],
    [{ 'producer.acks': 1 }, '["producer.acks"]: unknown option; did you mean producer.acks?'],
    [{ net: { IDLEMS: 1 } }, 'net.IDLEMS: unknown option; did you mean net.idleMs?'],
    // The beginning of a name beside it says more than a whole name elsewhere.
    [{ net: { max: 1 } }, 'net.max: unknown option; did you mean net.maxBytes?'],
    [{ telemetry: 1 }, 'telemetry: unknown option'],
    [{ undefinedToo: undefined }, 'undefinedToo: unknown option'],
    [{ groupId: 'g' }, 'groupId: unknown option; groups are read with kafka.consumerGroup(groupId)'],
    [{ net: { fromBeginning: true } }, "net.fromBeginning: unknown option; begin with from: 'oldest'"],
    // Names of kafkajs and Java that are like none of ours.
    [{ ssl: true }, 'ssl: unknown option; it is net.tls'],
    [{ retry: {} }, 'retry: unknown option; metadata, producer, consumer and admin have a retry each'],
    [{ producer: { linger: 5 } }, 'producer.linger: unknown option; it is producer.flush.frequencyMs'],
    [{ producer: { producer: {} } }, 'producer.producer: unknown option'],
    // The end of a name beside it.
    [{ net: { bytes: 1 } }, 'net.bytes: unknown option; did you mean net.maxBytes?'],
  ])('of %j: %s', (input, line) => {
    expect(lines(input)).toEqual([line])
  })

  it('may have the names of what every object inherits', () => {
    const input = JSON.parse('{"brokers":"b","__proto__":{"x":1},"constructor":1,"net":{"toString":1}}')
    expect(problemsOf(input).map(({ option }) => option)).toEqual(['__proto__', 'constructor', 'net.toString'])
    expect(({} as { x?: number }).x).toBeUndefined()
  })
})

describe('leaves', () => {
  it.each<[unknown, string]>([
    [{ net: { maxBytes: Number.NaN } }, 'net.maxBytes: must be a whole number of bytes, not NaN'],
    [{ net: { maxBytes: '1' } }, 'net.maxBytes: must be a whole number of bytes, not "1"'],
    [{ net: { maxBytes: 1n } }, 'net.maxBytes: must be a whole number of bytes, not 1n'],
    [{ net: { maxBytes: 2 ** 31 } }, 'net.maxBytes: must be at most 2147483647, not 2147483648'],
    [{ net: { idleMs: Infinity } }, 'net.idleMs: must be a whole number of milliseconds, not Infinity'],
    [{ net: { idleMs: -1 } }, 'net.idleMs: must be at least 0, not -1'],
    [{ producer: { retry: { max: -Infinity } } }, 'producer.retry.max: must be an integer, not -Infinity'],
    [{ producer: { retry: { backoff: 5 } } }, 'producer.retry.backoff: must be a function, not 5'],
    [{ rackId: '' }, 'rackId: must not be empty'],
    [{ rackId: 'é'.repeat(20_000) }, 'rackId: must be at most 32767 bytes long in UTF-8'],
    [{ brokers: 5 }, 'brokers: must be a string'],
    [{ net: [] }, 'net: must be an object with the options maxBytes, idleMs, not an array'],
    [{ net: 'x' }, 'net: must be an object with the options maxBytes, idleMs, not "x"'],
    [{ net: () => 1 }, 'net: must be an object with the options maxBytes, idleMs, not a function'],
  ])('refuse %o: %s', (input, line) => {
    expect(lines(input)).toEqual([line])
  })

  it('never repeat a string option that is of another type, as it may be a secret', () => {
    expect(lines({ clientId: 123_456 })[0]).not.toContain('123456')
  })

  it('let a custom check name parts of the value', () => {
    const sasl = custom<object | undefined>(
      undefined,
      (_, path) => [{ option: `${path}.username`, problem: 'must be given' }],
      'sasl',
    )
    expect(problemsOf({ sasl: {} }, { sasl }, 'net')).toEqual([
      { option: 'net.sasl.username', problem: 'must be given' },
    ])
    const fine = custom<object | undefined>(undefined, () => [], 'sasl')
    expect(problemsOf({ sasl: {} }, { sasl: fine })).toEqual([])
  })
})

describe('listOptions', () => {
  it('names each leaf with its type, default and range, in order', () => {
    const entries = listOptions(config)
    expect(entries.map(({ option }) => option)).toEqual([
      'brokers',
      'clientId',
      'rackId',
      'net.maxBytes',
      'net.idleMs',
      'logger',
      'producer.acks',
      'producer.idempotent',
      'producer.retry.max',
      'producer.retry.backoffMs',
      'producer.retry.backoff',
      'producer.transaction.id',
      'producer.transaction.timeoutMs',
    ])
    expect(entries[0]).toMatchObject({ required: true, label: 'hosts' })
    expect(entries[3]).toEqual({
      option: 'net.maxBytes',
      label: 'bytes',
      min: 1,
      max: 2_147_483_647,
      default: 1024,
      required: false,
    })
    expect(entries[6]).toMatchObject({ label: '0 | 1 | -1', default: -1 })
  })
})

describe('with inputs of any kind', () => {
  it('throws nothing but ConfigurationError, and never changes the input', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      maxDepth: 3,
    })
    const nearly = fc.record(
      {
        brokers: fc.oneof(fc.string(), anything),
        net: fc.oneof(fc.record({ maxBytes: anything, idleMs: anything }), anything),
        producer: anything,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(anything, nearly), input => {
        const before = fc.stringify(input)
        const problems: ConfigurationProblem[] = []
        const options = resolveOptions(config, input as never, '', problems)
        expect(Object.isFrozen(options)).toBe(true)
        expect(fc.stringify(input)).toBe(before)
        for (const { option, problem } of problems) expect(option.length * problem.length).toBeGreaterThan(0)
      }),
    )
  })
})
