import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { decodeResponse, decodeResponseWithin, encodeRequest, encodeResponse } from '../../../src/protocol/codec.ts'
import { fetchShortcut } from '../../../src/protocol/fetch-shortcut.ts'
import { Fetch } from '../../../src/protocol/messages/fetch.ts'
import { Produce } from '../../../src/protocol/messages/produce.ts'
import { produceShortcut } from '../../../src/protocol/produce-shortcut.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { codecOf } from '../../../src/protocol/schema-codec.ts'
import type { Shortcut } from '../../../src/protocol/shortcut.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import { damaged, Random } from './random.ts'

const SEED = 20_261_123
const RUNS = 100

const name = fc.string({ maxLength: 4 })
const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString('base64url'))
const int64 = fc.oneof(fc.constant(-1n), fc.bigInt(-(2n ** 33n), 2n ** 33n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))
const few = { maxLength: 3 }
/** What the shortcuts know, and now and then what they do not. */
const rarely = <T>(usual: T, other: T) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) })

const produced = fc.record({
  throttleTimeMs: fc.nat(),
  responses: fc.array(
    fc.record({
      name,
      topicId: uuid,
      partitionResponses: fc.array(
        fc.record({
          index: fc.nat(),
          errorCode: fc.integer({ min: -1, max: 100 }),
          baseOffset: int64,
          logAppendTimeMs: int64,
          logStartOffset: int64,
          errorMessage: rarely<string | null>(null, 'no'),
        }),
        few,
      ),
    }),
    few,
  ),
})

const fetched = fc.record({
  throttleTimeMs: fc.nat(),
  errorCode: fc.constantFrom(0, 70),
  sessionId: fc.nat(),
  responses: fc.array(
    fc.record({
      topic: name,
      topicId: uuid,
      partitions: fc.array(
        fc.record({
          partitionIndex: fc.nat(),
          errorCode: fc.constantFrom(-1, 0, 1),
          highWatermark: int64,
          lastStableOffset: int64,
          logStartOffset: int64,
          preferredReadReplica: fc.constantFrom(-1, 5),
          abortedTransactions: fc.oneof(
            fc.constantFrom(null, []),
            rarely([], [{ producerId: 1n, firstOffset: 2n }] as never[]),
          ),
          records: fc.option(
            fc.uint8Array({ maxLength: 5 }).map(bytes => Buffer.from(bytes)),
            { nil: null },
          ),
        }),
        few,
      ),
    }),
    few,
  ),
})

const odd = fc.constantFrom<unknown>(undefined, null, 70_000, 1.5, 'x', -1n, [], {}, '\ud800', Number.NaN)
const mostly = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd })
const sent = fc.record({
  transactionalId: fc.constantFrom(undefined, null, null, null, 't'),
  acks: mostly(fc.constantFrom(0, 1, -1)),
  timeoutMs: mostly(fc.nat()),
  topicData: mostly(
    fc.array(
      fc.record({
        name: mostly(name),
        topicId: mostly(uuid),
        partitionData: mostly(
          fc.array(fc.record({ index: mostly(fc.nat()), records: mostly(fc.uint8Array({ maxLength: 600 })) }), few),
        ),
      }),
      few,
    ),
  ),
})

/** What comes of it, or how it is refused. */
function outcome(act: () => unknown): unknown {
  try {
    return { is: act() }
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
    return 'refused'
  }
}

function byDeclaration(api: Api, version: number, bytes: Buffer): unknown {
  const reader = new Reader(bytes, () => api.name)
  const body = codecOf(api, api.response, version).decode(reader)
  if (reader.left > 0) throw reader.fail('too many bytes')
  return body
}

function flexible({ flexible: since, versions }: Api): number[] {
  return Array.from({ length: versions.max - since + 1 }, (_, i) => since + i)
}

describe('what is read by a short way is what the declarations say', () => {
  it.each([
    ['Produce', Produce, produceShortcut, produced],
    ['Fetch', Fetch, fetchShortcut, fetched],
  ] as [string, Api, Shortcut<Api>, fc.Arbitrary<object>][])('of answers to %s', (_, api, shortcut, bodies) => {
    const random = new Random(SEED)
    let short = 0
    for (const version of flexible(api)) {
      for (const body of fc.sample(bodies, { seed: SEED + version, numRuns: RUNS })) {
        const good = encodeResponse(api, version, body as never)
        if (shortcut.readResponse(new Reader(good, () => ''), version) !== undefined) short++
        for (const bytes of [good, ...Array.from({ length: 10 }, () => damaged(good, random))]) {
          const expected = outcome(() => byDeclaration(api, version, bytes))
          expect(outcome(() => decodeResponse(api, version, bytes))).toEqual(expected)
          const amongOthers = Buffer.concat([Buffer.alloc(7, 0xee), bytes, Buffer.alloc(9)])
          const end = 7 + bytes.length
          expect(outcome(() => decodeResponseWithin(api, version, amongOthers, 7, end))).toEqual(expected)
        }
      }
    }
    expect(short).toBeGreaterThan((flexible(api).length * RUNS) / 2)
  })
})

describe('what is written by a short way is what the declarations say', () => {
  it('of requests of Produce, and the error names the field', () => {
    let short = 0
    let refused = 0
    for (const version of flexible(Produce)) {
      for (const body of fc.sample(sent, { seed: SEED + version, numRuns: 5 * RUNS }) as never[]) {
        const whole = (write: () => Buffer): string => {
          try {
            return write().toString('hex')
          } catch (error) {
            refused++
            return (error as Error).message
          }
        }
        const declared = whole(() => {
          const writer = new Writer()
          codecOf(Produce, Produce.request, version).encode(writer, body)
          return Buffer.concat(writer.finish())
        })
        expect(whole(() => encodeRequest(Produce, version, body))).toBe(declared)
        try {
          if (produceShortcut.writeRequest!(new Writer(), version, body)) short++
        } catch {
          // The message has been compared.
        }
      }
    }
    expect(short).toBeGreaterThan(RUNS)
    expect(refused).toBeGreaterThan(RUNS)
  })
})
