import { describe, expect, it } from 'vitest'
import { murmur2 } from '../../../src/util/murmur2.ts'

// What org.apache.kafka.common.utils.Utils.murmur2 of Kafka 4.3 gives; those in words are from Kafka's own tests.
const vectors: [bytes: Buffer, hash: number][] = [
  [Buffer.from('', 'hex'), 275646681],
  [Buffer.from('00', 'hex'), 375494588],
  [Buffer.from('ff', 'hex'), -311467685],
  [Buffer.from('80ff', 'hex'), -80095470],
  [Buffer.from('61', 'hex'), -1563381124],
  [Buffer.from('6162', 'hex'), 316155434],
  [Buffer.from('616263', 'hex'), 479470107],
  [Buffer.from('61626364', 'hex'), -1323649548],
  [Buffer.from('fffefdfc', 'hex'), 2136149935],
  [Buffer.from('fffefdfcfb', 'hex'), 524068735],
  [Buffer.from('fffefdfcfbfa', 'hex'), -1374838545],
  [Buffer.from('fffefdfcfbfaf9', 'hex'), -166236347],
  [Buffer.from('21'), -973932308],
  [Buffer.from('foobar'), -790332482],
  [Buffer.from('a-little-bit-long-string'), -985981536],
  [Buffer.from('a-little-bit-longer-string'), -1486304829],
  [Buffer.from('lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'), -58897971],
]

describe('murmur2', () => {
  it.each(vectors)("of %o is Java's %i", (bytes, hash) => {
    expect(murmur2(bytes)).toBe(hash)
  })

  it('looks at the bytes of a view only', () => {
    expect(murmur2(Buffer.from('xfoobarx').subarray(1, 7))).toBe(-790332482)
  })
})
