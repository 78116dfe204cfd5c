import { getHeapStatistics } from 'node:v8'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BrokerError } from '../../../src/errors/broker-error.ts'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { negotiate, readVersions } from '../../../src/network/handshake.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../src/protocol/codec.ts'
import { ConsumerProtocolAssignment } from '../../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../../src/protocol/embedded/consumer-protocol-subscription.ts'
import { ControlRecordTypeSchema, EndTxnMarker } from '../../../src/protocol/embedded/control-record.ts'
import { decodeMessage, type EmbeddedMessage, encodeMessage } from '../../../src/protocol/embedded/message.ts'
import {
  CooperativeStickyAssignorUserData,
  StickyAssignorUserData,
} from '../../../src/protocol/embedded/sticky-assignor-user-data.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { responseBodyStart } from '../../../src/protocol/header.ts'
import { type Body, bodies, type Direction, messages, weight } from './messages.ts'
import { damaged, Random, withHostileLength } from './random.ts'

const SEED = 20_260_731
const INPUTS = 10_000
const SAMPLES = 12
const MIB = 1024 * 1024
const SCRATCH_BYTES = 65_536
// An allocation that follows a hostile length is far above it: the shortest of those lengths asks for 32 Mi elements.
const HARMLESS_BYTES = 64 * MIB

// More than a million errors are thrown here, and their stacks would take half of the time. The bytes that are reported
// are enough to see a failure again.
const { stackTraceLimit } = Error
beforeAll(() => {
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

const embeddedMessages: readonly EmbeddedMessage[] = [
  ConsumerProtocolSubscription,
  ConsumerProtocolAssignment,
  StickyAssignorUserData,
  CooperativeStickyAssignorUserData,
  ControlRecordTypeSchema,
  EndTxnMarker,
]

interface Sample {
  readonly version: number
  readonly bytes: Buffer
}

function samples(api: Api, direction: Direction, version: number): Sample[] {
  const encode = direction === 'request' ? encodeRequest : encodeResponse
  const made = fc.sample(bodies(api[direction], version), { seed: SEED, numRuns: SAMPLES })
  return made.map(body => ({ version, bytes: encode(api, version, body) }))
}

function decode(api: Api, direction: Direction, version: number, bytes: Buffer): Body {
  return direction === 'request' ? decodeRequest(api, version, bytes) : decodeResponse(api, version, bytes)
}

/**
 * What the call gives, or undefined where it throws a ProtocolError. The test fails when it throws anything else, or
 * allocates much more than the bytes are.
 */
function allowing<T>(what: string, bytes: Buffer, call: () => T): T | undefined {
  const before = memory()
  try {
    return call()
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw new Error(`${what} threw something else for ${bytes.toString('hex')}`, { cause: error })
  } finally {
    const used = memory() - before
    if (used > HARMLESS_BYTES) expect.fail(`${what} took ${used} bytes for ${bytes.toString('hex')}`)
  }
}

function memory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

describe(`decoders, given hostile bytes (seed ${SEED}),`, () => {
  it.for(messages)('take or refuse $label', ({ label, api, direction, versions }) => {
    const good = versions.flatMap(version => samples(api, direction, version))
    const random = new Random(SEED)
    let refused = 0
    for (let i = 0; i < INPUTS; i++) {
      const { version, bytes } = good[i % good.length]!
      const bad = damaged(bytes, random)
      const body = allowing(`${label} v${version}`, bad, () => decode(api, direction, version, bad))
      if (body === undefined) refused++
      // All that was made of the bytes was in the bytes.
      else if (weight(api[direction], body) > bad.length)
        throw new Error(`${label} v${version} made more of ${bad.toString('hex')} than is in it`)
    }
    // Most damage shows; an empty body has none to show.
    if (good.some(({ bytes }) => bytes.length > 0)) expect(refused).toBeGreaterThan(INPUTS / 10)
  })

  it.for(embeddedMessages)('take or refuse $name, which is embedded in others', message => {
    const { name, shape, versions } = message
    const good = [versions.min, versions.max].flatMap(version => {
      const made = fc.sample(bodies(shape, version), { seed: SEED, numRuns: SAMPLES })
      return made.map(body => encodeMessage(message, version, body))
    })
    const random = new Random(SEED)
    let refused = 0
    for (let i = 0; i < INPUTS; i++) {
      const bad = damaged(good[i % good.length]!, random)
      const body = allowing(name, bad, () => decodeMessage(message, bad))
      if (body === undefined) refused++
      else if (weight(shape, body) > bad.length)
        throw new Error(`${name} made more of ${bad.toString('hex')} than is in it`)
    }
    expect(refused).toBeGreaterThan(0)
  })

  it.for(messages)('allocate nothing for a length in $label that is more than what is left', message => {
    const { label, api, direction, versions } = message
    // The oldest and the newest: without and with compact lengths, where there are both.
    for (const version of [versions.at(0)!, versions.at(-1)!]) {
      const largest = samples(api, direction, version).reduce((a, b) => (b.bytes.length > a.bytes.length ? b : a))
      for (const bad of withHostileLength(largest.bytes)) {
        allowing(`${label} v${version}`, bad, () => decode(api, direction, version, bad))
      }
    }
  })
})

describe(`what comes before the body, given hostile bytes (seed ${SEED}),`, () => {
  it('is cut into frames or refused', () => {
    const random = new Random(SEED)
    const good = Buffer.from('0000000600000001aabb' + '0000000400000002' + '0000000800000003ccddeeff', 'hex')
    const alloc = vi.spyOn(Buffer, 'allocUnsafe')
    let frames = 0
    let refused = 0
    for (let i = 0; i < INPUTS; i++) {
      const bad = damaged(good, random)
      const splitter = new FrameSplitter(MIB)
      let at = 0
      alloc.mockClear()
      const cut = allowing('FrameSplitter', bad, () => {
        while (at < bad.length) {
          const chunk = bad.subarray(at, at + 1 + random.below(8))
          at += chunk.length
          splitter.push(chunk, frame => {
            frames++
            expect(frame.length).toBeGreaterThanOrEqual(4)
          })
        }
        return true
      })
      if (cut === undefined) refused++
      // In proportion to what has arrived, whatever is announced.
      for (const [size] of alloc.mock.calls) expect(size).toBeLessThanOrEqual(Math.max(SCRATCH_BYTES, 256 * at))
    }
    alloc.mockRestore()
    expect(frames).toBeGreaterThan(INPUTS / 2)
    expect(refused).toBeGreaterThan(INPUTS / 20)
  })

  it('is skipped or refused where it is the header of a response', () => {
    const random = new Random(SEED)
    // Correlation id, two tags of 1 and 3 bytes, and a body.
    const good = Buffer.from('00000001' + '02' + '0001aa' + '0503bbccdd' + '0000', 'hex')
    let refused = 0
    for (let i = 0; i < INPUTS; i++) {
      const bad = damaged(good, random)
      const start = allowing('response header', bad, () => responseBodyStart(apis.Metadata, 12, bad))
      if (start === undefined) refused++
      else expect(start).toBeLessThanOrEqual(bad.length)
    }
    expect(refused).toBeGreaterThan(INPUTS / 10)
  })

  it('is understood or refused where it is the answer to the first request', async () => {
    const random = new Random(SEED)
    const { versions } = apis.ApiVersions
    const good = [0, versions.max].map(version => {
      const apiKeys = Object.values(apis).map(({ key, versions: { min, max } }) => {
        return { apiKey: key, minVersion: min, maxVersion: max }
      })
      const body = encodeResponse(apis.ApiVersions, version, { errorCode: version === 0 ? 35 : 0, apiKeys })
      return Buffer.concat([Buffer.from('00000001', 'hex'), body])
    })
    let understood = 0
    for (let i = 0; i < INPUTS; i++) {
      const bytes = Buffer.concat([Buffer.alloc(4), damaged(random.pick(good).subarray(4), random)])
      const frame = { bytes, start: 0, end: bytes.length, isShared: true }
      await negotiate(async (api, version) => readVersions(api, version, frame)).then(
        () => understood++,
        error => {
          if (!(error instanceof ProtocolError || error instanceof BrokerError)) throw error
        },
      )
    }
    expect(understood).toBeGreaterThan(0)
    expect(understood).toBeLessThan(INPUTS)
  })
})
