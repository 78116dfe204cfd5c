import { describe, expect, it } from 'vitest'
import { formatAddress, parseAddress } from '../../../src/network/address.ts'

describe('addresses', () => {
  it.each([
    ['localhost:9093', 'localhost', 9093],
    ['localhost', 'localhost', 9092],
    ['  b-1.example.org:1 ', 'b-1.example.org', 1],
    ['127.0.0.1:65535', '127.0.0.1', 65_535],
    ['[::1]:9093', '::1', 9093],
    ['[fe80::1]', 'fe80::1', 9092],
  ])('are read: %j', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port })
  })

  it.each([
    '',
    ':9092',
    'a:',
    'a:0',
    'a:65536',
    'a:1:2',
    '::1',
    '[a]:9092',
    '[::1',
    'http://a:9092',
    'a b:1',
    'a:-1',
    'a:1.5',
  ])('are refused: %j', text => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it('are shown as they are read', () => {
    for (const text of ['localhost:9093', '[::1]:9092']) expect(formatAddress(parseAddress(text)!)).toBe(text)
  })
})
