import { ProtocolError } from '../../errors/client-errors.ts'
import { Reader } from '../reader.ts'
import type { Decoded, Encodable, Shape } from '../schema.ts'
import { codecOf } from '../schema-codec.ts'
import { Writer } from '../writer.ts'

/** A message that travels as bytes inside of another, or in a record: brokers pass it on without looking inside. */
export interface EmbeddedMessage<S extends Shape = Shape> {
  /** Kafka's name, where it has one. */
  readonly name: string
  /** The versions that are declared. */
  readonly versions: { readonly min: number; readonly max: number }
  /** The first version with compact lengths and tagged fields (KIP-482). */
  readonly flexible: number
  /** Whether the bytes begin with the version, as an int16. */
  readonly prefixed: boolean
  readonly shape: S
}

/** A message as a caller gives it. */
export type EncodableMessage<M extends EmbeddedMessage> = Encodable<M['shape']>
/** A message, decoded. */
export type DecodedMessage<M extends EmbeddedMessage> = Decoded<M['shape']>

export interface MessageFacts {
  readonly versions: readonly [min: number, max: number]
  /** Infinity unless given: none of Kafka's that clients use is flexible. */
  readonly flexible?: number
  /** True unless given. */
  readonly prefixed?: boolean
}

export function message<S extends Shape>(name: string, facts: MessageFacts, shape: S): EmbeddedMessage<S> {
  const [min, max] = facts.versions
  const { flexible = Infinity, prefixed = true } = facts
  return { name, versions: { min, max }, flexible, prefixed, shape }
}

/**
 * A message as bytes, with the version in front where the message has one.
 *
 * @throws {@link UnsupportedVersionError} when a field has a value that the version cannot carry.
 * @throws {@link ProtocolError} when a value is not of its field's type.
 */
export function encodeMessage<M extends EmbeddedMessage>(
  message: M,
  version: number,
  value: EncodableMessage<M>,
): Buffer {
  const codec = codecOf(message, message.shape, version)
  const writer = new Writer()
  if (message.prefixed) writer.int16(version)
  codec.encode(writer, value)
  return Buffer.concat(writer.finish())
}

/**
 * Reads a message that another client wrote, perhaps a newer or an older one: a version that is not known yet is read as
 * the newest known, whatever follows it is left alone, and bytes that end where an older version ends are read as that.
 * The last also makes sense of members that claim version 1 of the subscription and send version 0, as kafka-go does.
 * Every key is there in every version, with defaults filled in; `bytes` fields are views of the given bytes.
 *
 * @throws {@link ProtocolError}, and nothing else, when the bytes are not the message.
 */
export function decodeMessage<M extends EmbeddedMessage>(message: M, bytes: Uint8Array): DecodedMessage<M> {
  const { min, max } = message.versions
  const newest = message.prefixed ? Math.min(max, versionOf(message, bytes)) : max
  try {
    return read(message, newest, bytes).value
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    for (let older = newest - 1; older >= min; older--) {
      const value = readAll(message, older, bytes)
      if (value !== undefined) return value
    }
    throw error
  }
}

function versionOf(message: EmbeddedMessage, bytes: Uint8Array): number {
  const reader = new Reader(bytes, () => message.name)
  const version = reader.int16()
  if (version < message.versions.min) throw reader.fail(`version ${version}`)
  return version
}

function read<M extends EmbeddedMessage>(message: M, version: number, bytes: Uint8Array) {
  const reader = new Reader(bytes, () => `${message.name} v${version}`)
  if (message.prefixed) reader.skip(2)
  const value = codecOf(message, message.shape, version).decode(reader) as DecodedMessage<M>
  return { value, left: reader.left }
}

/** The value, if it takes all of the bytes. */
function readAll<M extends EmbeddedMessage>(message: M, version: number, bytes: Uint8Array) {
  try {
    const { value, left } = read(message, version, bytes)
    return left === 0 ? value : undefined
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
