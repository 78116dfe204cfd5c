import { ProtocolError } from '../../errors/client-errors.ts'
import { apis } from '../../protocol/apis.ts'
import { Reader } from '../../protocol/reader.ts'
import type { ApiName } from '../handlers.ts'

const names = new Map<number, ApiName>(Object.values(apis).map(({ key, name }) => [key, name as ApiName]))

/** A request as it came: the header is read, the body is not. */
export interface Incoming {
  readonly api: ApiName
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
  readonly body: Buffer
  /** Of the whole frame. */
  readonly sizeBytes: number
}

/** @throws {@link ProtocolError} for what is no request, or one of an API that nobody has heard of. */
export function readIncoming(frame: Buffer): Incoming {
  const reader = new Reader(frame, () => 'request header')
  const key = reader.int16()
  const api = names.get(key)
  if (api === undefined) throw new ProtocolError(`there is no API with the key ${key}`)
  const version = reader.int16()
  const correlationId = reader.int32()
  const length = reader.length(16, false)
  const clientId = length < 0 ? '' : reader.utf8(length)
  // A version of ApiVersions that is not known is answered without looking at what may be in it.
  const isKnown = version >= 0 && version <= apis[api].versions.max
  if (isKnown && version >= apis[api].flexible) skipTags(reader)
  const body = frame.subarray(frame.length - reader.left)
  return { api, version, correlationId, clientId, body, sizeBytes: frame.length }
}

function skipTags(reader: Reader): void {
  for (let count = reader.uvarint(); count > 0; count--) {
    reader.uvarint()
    reader.skip(reader.uvarint())
  }
}
