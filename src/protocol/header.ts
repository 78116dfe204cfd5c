import type { Api } from './api.ts'
import { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/**
 * Request header version 1, or 2 with a tag buffer for flexible versions. The client id keeps its int16 length in both, so
 * that a broker can read the header of an ApiVersions request from the future.
 */
export function writeRequestHeader(
  writer: Writer,
  api: Api,
  version: number,
  correlationId: number,
  clientId: string,
): void {
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(correlationId)
  writer.string(clientId, false)
  if (version >= api.flexible) writer.uvarint(0)
}

/** Where the body begins of a response that is between `start` and `end`. Tags before it, which nobody has defined yet, are skipped. */
export function responseBodyStart(api: Api, version: number, bytes: Buffer, start = 0, end = bytes.length): number {
  // ApiVersions responses always have header version 0 (KIP-511): the client does not yet know what the broker speaks.
  if (version < api.flexible || api.key === 18) return start + 4
  if (end - start > 4 && bytes[start + 4] === 0) return start + 5
  const reader = new Reader(bytes, () => `${api.name} v${version} response header`, start, end)
  reader.skip(4)
  for (let count = reader.uvarint(); count > 0; count--) {
    reader.uvarint()
    reader.skip(reader.uvarint())
  }
  return end - reader.left
}
