import fc from 'fast-check'
import type { Api } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../src/protocol/codec.ts'
import { ConsumerProtocolAssignment } from '../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../src/protocol/embedded/consumer-protocol-subscription.ts'
import { ControlRecordTypeSchema, EndTxnMarker } from '../../src/protocol/embedded/control-record.ts'
import { decodeMessage, type EmbeddedMessage, encodeMessage } from '../../src/protocol/embedded/message.ts'
import {
  CooperativeStickyAssignorUserData,
  StickyAssignorUserData,
} from '../../src/protocol/embedded/sticky-assignor-user-data.ts'
import { FrameSplitter } from '../../src/protocol/frame.ts'
import { responseBodyStart } from '../../src/protocol/header.ts'
import { readFixtures } from '../../test/golden/fixture.ts'
import { bodies, type Direction, messages, weight } from '../../test/unit/protocol/messages.ts'
import { Amplified, type Target } from './target.ts'

const GENERATED_SEEDS = 6
/** Seeds are the same in every run: what differs is what is made of them. */
const SEED = 1
const MAX_FRAME_BYTES = 1 << 20

/** Every message, in every version and direction; what embeds one in another; and what comes before the body. */
export function messageTargets(): Target[] {
  const recorded = recordedBodies()
  const bodyTargets = messages.flatMap(({ api, direction, versions }) =>
    versions.map((version): Target => {
      const name = `${api.name} v${version} ${direction}`
      return {
        name,
        seeds: once(() => [...(recorded.get(name) ?? []), ...generated(api, direction, version)]),
        read(bytes) {
          const request = direction === 'request'
          const body = (request ? decodeRequest : decodeResponse)(api, version, bytes)
          const size = weight(api[direction], body)
          if (size > bytes.length)
            throw new Amplified(`${size} of ${bytes.length} bytes`)
            // What has been read can be written.
          ;(request ? encodeRequest : encodeResponse)(api, version, body)
        },
      }
    }),
  )
  return bodyTargets
}

/** What is not one of the APIs' bodies; there are few of them, each with more to it. */
export function framingTargets(): Target[] {
  return [...embeddedTargets(), responseHeaderTarget(), ...splitterTargets()]
}

/** The bodies of what `npm run golden` recorded, by the name of their target. */
function recordedBodies(): Map<string, Buffer[]> {
  const found = new Map<string, Buffer[]>()
  for (const { api, fixtures } of readFixtures()) {
    for (const { direction, version, bytes } of fixtures) {
      const start =
        direction === 'request' ? requestBodyStart(api, version, bytes) : responseBodyStart(api, version, bytes)
      const name = `${api.name} v${version} ${direction}`
      found.set(name, [...(found.get(name) ?? []), bytes.subarray(start)])
    }
  }
  return found
}

/** Key, version, correlation id, client id, and the count of tags, of which nobody sends any. */
function requestBodyStart(api: Api, version: number, frame: Buffer): number {
  return 10 + Math.max(0, frame.readInt16BE(8)) + (version >= api.flexible ? 1 : 0)
}

function generated(api: Api, direction: Direction, version: number): Buffer[] {
  const made = fc.sample(bodies(api[direction], version), { seed: SEED, numRuns: GENERATED_SEEDS })
  const encode = direction === 'request' ? encodeRequest : encodeResponse
  return made.map(body => encode(api, version, body))
}

function embeddedTargets(): Target[] {
  const all: EmbeddedMessage[] = [
    ConsumerProtocolSubscription,
    ConsumerProtocolAssignment,
    ControlRecordTypeSchema,
    EndTxnMarker,
    StickyAssignorUserData,
    CooperativeStickyAssignorUserData,
  ]
  return all.map(message => ({
    name: message.name,
    seeds: once(() => {
      const { min, max } = message.versions
      const versions = Array.from({ length: max - min + 1 }, (_, i) => min + i)
      return versions.flatMap(version => {
        const made = fc.sample(bodies(message.shape, version), { seed: SEED, numRuns: GENERATED_SEEDS })
        return made.map(body => encodeMessage(message, version, body as never))
      })
    }),
    read(bytes) {
      const size = weight(message.shape, decodeMessage(message, bytes))
      if (size > bytes.length) throw new Amplified(`${size} of ${bytes.length} bytes`)
    },
  }))
}

function responseHeaderTarget(): Target {
  // Correlation id, two tags of 1 and 3 bytes, and a body.
  const seeds = ['00000001' + '00' + '0000', '00000001' + '02' + '0001aa' + '0503bbccdd' + '0000']
  return {
    name: 'response header',
    seeds: once(() => seeds.map(hex => Buffer.from(hex, 'hex'))),
    read(bytes) {
      for (const api of [apis.Metadata, apis.ApiVersions]) {
        const start = responseBodyStart(api, api.versions.max, bytes)
        if (start > bytes.length && bytes.length >= 4)
          throw new Amplified(`the body begins at ${start} of ${bytes.length}`)
      }
    },
  }
}

/** A stream that comes in pieces of one to a hundred bytes. */
function splitterTargets(): Target[] {
  const frames = ['aabb', '', 'ccddeeff'.repeat(20)].map((body, i) => Buffer.from(`0000000${i}${body}`, 'hex'))
  const stream = Buffer.concat(frames.flatMap(frame => [Buffer.from([0, 0, 0, frame.length]), frame]))
  return [1, 3, 7, 100].map(step => ({
    name: `FrameSplitter, ${step} at a time`,
    seeds: () => [stream],
    read(bytes) {
      const splitter = new FrameSplitter(MAX_FRAME_BYTES)
      let size = 0
      for (let at = 0; at < bytes.length; at += step) {
        splitter.push(bytes.subarray(at, at + step), frame => {
          size += frame.length
        })
      }
      if (size > bytes.length) throw new Amplified(`${size} of ${bytes.length} bytes`)
    },
  }))
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
