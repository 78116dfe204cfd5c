import type { Api, DecodedRequest, EncodableResponse, Request, Response } from './api.ts'
import { fetchShortcut } from './fetch-shortcut.ts'
import { Fetch } from './messages/fetch.ts'
import { Produce } from './messages/produce.ts'
import { produceShortcut } from './produce-shortcut.ts'
import { Reader } from './reader.ts'
import { codecOf } from './schema-codec.ts'
import type { Shortcut } from './shortcut.ts'
import { Writer } from './writer.ts'

/** Each is only ever given messages of the API that it stands at, which the types of a map cannot say. */
const shortcuts = new Map<Api, Shortcut<Api>>([
  [Produce, produceShortcut as Shortcut<Api>],
  [Fetch, fetchShortcut as Shortcut<Api>],
])

function shortcutOf(api: Api, version: number): Shortcut<Api> | undefined {
  return version >= api.flexible && version <= api.versions.max ? shortcuts.get(api) : undefined
}

/** The body, where it was all that there is. */
function whole<T>(reader: Reader, body: T): T {
  if (reader.left > 0) throw reader.fail(`${reader.left} bytes too many`)
  return body
}

/**
 * Writes the body of a request, without header and length.
 *
 * @throws {@link UnsupportedVersionError} when a field has a value that the version cannot carry.
 * @throws {@link ProtocolError} when a value is not of its field's type.
 */
export function writeRequest<A extends Api>(writer: Writer, api: A, version: number, body: Request<A>): void {
  try {
    if (shortcutOf(api, version)?.writeRequest?.(writer, version, body as Request<Api>) === true) return
  } catch (error) {
    // It does not say which field is at fault.
    codecOf(api, api.request, version).encode(new Writer(), body)
    throw error
  }
  codecOf(api, api.request, version).encode(writer, body)
}

/** The body of a request as bytes, without header and length. Throws as {@link writeRequest} does. */
export function encodeRequest<A extends Api>(api: A, version: number, body: Request<A>): Buffer {
  const writer = new Writer()
  writeRequest(writer, api, version, body)
  return Buffer.concat(writer.finish())
}

/** The body of a response as bytes, without header and length: the side of a broker. */
export function encodeResponse<A extends Api>(api: A, version: number, body: EncodableResponse<A>): Buffer {
  const writer = new Writer()
  codecOf(api, api.response, version).encode(writer, body)
  return Buffer.concat(writer.finish())
}

/** Reads the body of a request: the side of a broker. Throws only {@link ProtocolError} for what the bytes hold. */
export function decodeRequest<A extends Api>(api: A, version: number, bytes: Uint8Array): DecodedRequest<A> {
  const reader = new Reader(bytes, () => `${api.name} v${version} request`)
  return whole(reader, codecOf(api, api.request, version).decode(reader)) as DecodedRequest<A>
}

/** Whether responses may have `bytes` fields, which are views of the bytes that they are decoded from. */
export function hasViews(api: Api, version: number): boolean {
  return codecOf(api, api.response, version).hasViews === true
}

/**
 * Reads the body of a response. Every key is there in every version, with defaults filled in. A broker's error codes are
 * values and never make it throw; bytes that are not the message throw {@link ProtocolError}, and nothing else.
 * `bytes` fields are views of the given bytes.
 */
export function decodeResponse<A extends Api>(api: A, version: number, bytes: Uint8Array): Response<A> {
  return decodeResponseWithin(api, version, bytes, 0, bytes.length)
}

/** {@link decodeResponse} where the body is what is between `start` and `end`, which must be within the bytes. */
export function decodeResponseWithin<A extends Api>(
  api: A,
  version: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Response<A> {
  const label = () => `${api.name} v${version} response`
  const shortcut = shortcutOf(api, version)
  if (shortcut !== undefined) {
    const reader = new Reader(bytes, label, start, end)
    const body = shortcut.readResponse(reader, version)
    if (body !== undefined) return whole(reader, body as Response<A>)
  }
  const reader = new Reader(bytes, label, start, end)
  return whole(reader, codecOf(api, api.response, version).decode(reader)) as Response<A>
}
