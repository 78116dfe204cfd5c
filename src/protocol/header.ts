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

/** What comes before the body of a response, in bytes; tags, which nobody has defined yet, are skipped. */
export function responseBodyStart(api: Api, version: number, frame: Buffer): number {
  // ApiVersions responses always have header version 0 (KIP-511): the client does not yet know what the broker speaks.
  if (version < api.flexible || api.key === 18) return 4
  if (frame[4] === 0) return 5
  const reader = new Reader(frame, () => `${api.name} v${version} response header`)
  reader.skip(4)
  for (let count = reader.uvarint(); count > 0; count--) {
    reader.uvarint()
    reader.skip(reader.uvarint())
  }
  return frame.length - reader.left
}
