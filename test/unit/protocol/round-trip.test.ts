import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../src/protocol/codec.ts'
import { arrived, bodies, messages } from './messages.ts'

describe('what is encoded is what is decoded, with defaults filled in', () => {
  it.for(messages)('$label', ({ api, direction, versions }) => {
    const shape = api[direction]
    const [encode, decode] = direction === 'request' ? [encodeRequest, decodeRequest] : [encodeResponse, decodeResponse]
    for (const version of versions) {
      const trip = fc.property(bodies(shape, version), body => {
        expect(decode(api, version, encode(api, version, body))).toEqual(arrived(shape, version, body))
      })
      fc.assert(trip, { numRuns: 15 })
    }
  })
})
