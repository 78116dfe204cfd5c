import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { responseBodyStart, writeRequestHeader } from '../../../src/protocol/header.ts'
import { Writer } from '../../../src/protocol/writer.ts'

function requestHeader(version: number, clientId: string, correlationId = 1): string {
  const writer = new Writer()
  writeRequestHeader(writer, apis.Metadata, version, correlationId, clientId)
  return Buffer.concat(writer.finish()).toString('hex')
}

describe('the header of a request', () => {
  it('gets a tag buffer with the first flexible version, and keeps the int16 length of the client id', () => {
    expect(requestHeader(8, 'me')).toBe('0003' + '0008' + '00000001' + '0002' + '6d65')
    expect(requestHeader(9, 'me')).toBe('0003' + '0009' + '00000001' + '0002' + '6d65' + '00')
    expect(requestHeader(9, '', 0x7fffffff)).toBe('0003' + '0009' + '7fffffff' + '0000' + '00')
  })

  it('refuses a client id that is too long', () => {
    expect(() => requestHeader(9, 'x'.repeat(32_768))).toThrow(ProtocolError)
  })
})

describe('the header of a response', () => {
  const bodyStart = (api: typeof apis.Metadata | typeof apis.ApiVersions, version: number, hex: string) =>
    responseBodyStart(api, version, Buffer.from(hex, 'hex'))

  it('is the correlation id, and tags with the first flexible version', () => {
    expect(bodyStart(apis.Metadata, 8, '00000001' + '00')).toBe(4)
    expect(bodyStart(apis.Metadata, 9, '00000001' + '00')).toBe(5)
  })

  it('has no tags in answers to ApiVersions, whatever the version', () => {
    expect(bodyStart(apis.ApiVersions, 4, '00000001' + '00')).toBe(4)
  })

  it('may have tags that nobody knows', () => {
    expect(bodyStart(apis.Metadata, 9, '00000001' + '02' + '0001aa' + '8101' + '02bbcc' + 'ffff')).toBe(13)
  })

  it.each([
    ['is missing', '00000001'],
    ['has a tag that ends beyond the frame', '00000001' + '01' + '0005aa'],
    ['counts more tags than there are', '00000001' + 'ffffffff0f' + '0000'],
  ])('is refused where its tag buffer %s', (_, hex) => {
    expect(() => bodyStart(apis.Metadata, 9, hex)).toThrow(/^Metadata v9 response header: .* wanted, \d left/)
    expect(() => bodyStart(apis.Metadata, 9, hex)).toThrow(ProtocolError)
  })
})
