import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { FrameSplitter, keepFrame } from '../../../src/protocol/frame.ts'

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

/** Reads a stream as a socket does: into the target, as much as there is and it holds, but no more than these sizes. */
function read(bytes: Buffer, sizes: readonly number[], maxBytes = 16 * MIB): Buffer[] {
  const splitter = new FrameSplitter(maxBytes)
  const frames: Buffer[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = bytes.copy(splitter.target(), 0, at, at + sizes[i % sizes.length]!)
    at += size
    splitter.advance(size, frame => frames.push(keepFrame(frame)))
  }
  return frames
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

  it('gives the same frames however they are read', () => {
    // Around the sizes at which frames get memory of their own, and at which that grows.
    const bodies = fc.array(
      fc.oneof(fc.nat({ max: 100 }), fc.constantFrom(65_531, 65_532, 65_533, 200_000, 1_048_576)),
      { minLength: 1, maxLength: 4 },
    )
    const sizes = fc.array(fc.constantFrom(1_448, 40_000, 65_535, 65_536, 8 * MIB), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(bodies, sizes, (lengths, sizes) => {
        const wanted = lengths.map((length, i) => Buffer.alloc(length + 4, `${i}${'x'.repeat(i)}`))
        const frames = read(Buffer.concat(wanted.map(framed)), sizes)
        expect(frames.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length))
        frames.forEach((frame, i) => {
          expect(frame.equals(wanted[i]!)).toBe(true)
        })
      }),
      { numRuns: 100 },
    )
  })

  it('gives frames that later bytes leave alone', () => {
    const bytes = Buffer.concat([framed(Buffer.from('abcd')), framed(Buffer.alloc(100_000, 'e'))])
    const splitter = new FrameSplitter(MIB)
    const frames: Buffer[] = []
    const onFrame = (frame: Buffer) => frames.push(frame)
    splitter.push(bytes, onFrame)
    bytes.fill(0)
    splitter.push(framed(Buffer.alloc(100_000, 'z')), onFrame)
    splitter.target().fill(0)
    expect(frames.map(String)).toEqual(['abcd', 'e'.repeat(100_000), 'z'.repeat(100_000)])
  })

  it('has large frames read into their own memory, without a copy', () => {
    const bytes = framed(Buffer.alloc(500_000, 'a'))
    const splitter = new FrameSplitter(MIB)
    splitter.advance(bytes.copy(splitter.target()), () => {})
    const target = splitter.target()
    expect(target).toHaveLength(bytes.length - 65_536)
    const frames: Buffer[] = []
    splitter.advance(bytes.copy(target, 0, 65_536), frame => frames.push(keepFrame(frame)))
    expect(frames[0]!.buffer).toBe(target.buffer)
    expect(frames[0]!.equals(bytes.subarray(4))).toBe(true)
  })

  it('gives frames whole whose memory had to grow', () => {
    // Of the first bytes so few come that nobody would believe in the rest.
    const body = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
    const [frame] = read(framed(body), [10, 65_536])
    expect(frame?.equals(body)).toBe(true)
  })

  it('allocates in proportion to what has arrived, whatever is announced', () => {
    const alloc = vi.spyOn(Buffer, 'allocUnsafe')
    const splitter = new FrameSplitter(1024 * MIB)
    const announced = Buffer.alloc(4)
    announced.writeInt32BE(1000 * MIB)
    splitter.push(announced, () => {})
    for (let arrived = 0; arrived < 4 * MIB; arrived += 100_000) {
      for (const [size] of alloc.mock.calls) expect(size).toBeLessThanOrEqual(Math.max(65_536, 256 * arrived))
      splitter.push(Buffer.alloc(100_000), () => {})
    }
    expect(alloc.mock.calls.length).toBeGreaterThan(1)
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
