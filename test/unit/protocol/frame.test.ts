import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'

const MIB = 1024 * 1024

function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Cuts bytes into chunks of these sizes, over and over; a size of 0 is an empty chunk. */
function chunked(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = i < 1000 ? sizes[i % sizes.length]! : bytes.length
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

function split(chunks: readonly Buffer[], maxBytes = MIB): Buffer[] {
  const splitter = new FrameSplitter(maxBytes)
  const frames: Buffer[] = []
  for (const chunk of chunks) splitter.push(chunk, frame => frames.push(frame))
  return frames
}

describe('FrameSplitter', () => {
  afterEach(() => vi.restoreAllMocks())

  it('gives the same frames however the bytes arrive', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 40 }), { minLength: 1, maxLength: 8 })
    const sizes = fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(bodies, sizes, (bodies, sizes) => {
        const frames = split(chunked(Buffer.concat(bodies.map(framed)), sizes))
        expect(frames.map(frame => frame.toString('hex'))).toEqual(
          bodies.map(body => Buffer.from(body).toString('hex')),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('gives a frame as soon as its last byte is there, and not before', () => {
    const onFrame = vi.fn()
    const splitter = new FrameSplitter(MIB)
    const bytes = framed(Buffer.from('abcdef'))
    splitter.push(bytes.subarray(0, -1), onFrame)
    expect(onFrame).not.toHaveBeenCalled()
    splitter.push(bytes.subarray(-1), onFrame)
    expect(onFrame.mock.calls).toEqual([[Buffer.from('abcdef')]])
  })

  it('gives views where a frame lies in one chunk', () => {
    const chunk = Buffer.concat([framed(Buffer.from('abcd')), framed(Buffer.from('efghi'))])
    const frames = split([chunk])
    expect(frames.map(String)).toEqual(['abcd', 'efghi'])
    for (const frame of frames) expect(frame.buffer).toBe(chunk.buffer)
  })

  it('copies the bytes of a frame once, however many chunks bring it', () => {
    const body = Buffer.alloc(200_000, 'a')
    const chunks = chunked(framed(body), [1000])
    const alloc = vi.spyOn(Buffer, 'allocUnsafe')
    const [frame] = split(chunks)
    expect(frame?.equals(body)).toBe(true)
    expect(alloc.mock.calls).toEqual([[200_000]])
  })

  it.each([
    ['negative', 'ffffffff', -1],
    ['above the limit', '00100001', MIB + 1],
    ['what the first letters of HTTP are', Buffer.from('HTTP').toString('hex'), 0x48545450],
    ['too short for a correlation id', '00000003', 3],
  ])('refuses a length that is %s, and allocates nothing', (_, hex, length) => {
    const refusal = new ProtocolError(
      `a frame of ${length} bytes was announced; the limit, net.maxResponseBytes, is ${MIB}`,
    )
    const bytes = Buffer.from(`${hex}00000000`, 'hex')
    const alloc = vi.spyOn(Buffer, 'allocUnsafe')
    expect(() => split([bytes])).toThrow(refusal)
    expect(alloc).not.toHaveBeenCalled()
  })

  it('takes a frame of exactly the limit', () => {
    expect(split([framed(Buffer.alloc(100))], 100)).toHaveLength(1)
  })

  it('gives the frames before a bad length', () => {
    const onFrame = vi.fn()
    const splitter = new FrameSplitter(MIB)
    const bytes = Buffer.concat([framed(Buffer.from('abcd')), Buffer.from('ffffffff', 'hex')])
    expect(() => splitter.push(bytes, onFrame)).toThrow(ProtocolError)
    expect(onFrame).toHaveBeenCalledTimes(1)
  })
})
