import type { Api, Request, Response } from './api.ts'
import type { Reader } from './reader.ts'
import { MAX_STRING_BYTES, type Writer } from './writer.ts'

/**
 * A quicker way for what requests and responses of an API mostly are, in its flexible versions. The bytes are the same.
 *
 * Where messages come one at a time the processor's caches hold nothing of a client between two of them, and what counts is how much
 * code and data it touches. With empty caches the codecs that go by the declarations of messages took about twice as long.
 */
export interface Shortcut<A extends Api> {
  /** Answers false, and has written nothing, for a body that it does not know. */
  writeRequest?(writer: Writer, version: number, body: Request<A>): boolean
  /** Undefined for bytes that it does not know, which may be good all the same. Throws only what the reader throws. */
  readResponse(reader: Reader, version: number): Response<A> | undefined
}

/** A compact string that is not null; undefined for any other. */
export function readCompactString(reader: Reader): string | undefined {
  const bytes = reader.uvarint() - 1
  return bytes < 0 || bytes > MAX_STRING_BYTES ? undefined : reader.utf8(bytes)
}

/** The elements of a compact array that is not null; undefined where it is, or one of them is undefined. */
export function readCompactArray<T>(reader: Reader, readElement: () => T | undefined): T[] | undefined {
  const length = reader.uvarint()
  if (length === 0) return undefined
  const elements: T[] = []
  for (let i = 1; i < length; i++) {
    const element = readElement()
    if (element === undefined) return undefined
    elements.push(element)
  }
  return elements
}
