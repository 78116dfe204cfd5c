/** What is being turned into bytes, or was. */
export interface SerdeContext {
  readonly topic: string
  /** Whether it is the key, else the value. */
  readonly isKey: boolean
}

/**
 * Turns keys or values into bytes. Null and undefined never get here: they are sent as null, which as a value is a tombstone.
 * An error that it throws fails the message, as the `cause` of a {@link SerializationError}.
 */
export interface Serializer<T> {
  /** Text is sent as UTF-8. Null sends null. */
  serialize(data: T, context: SerdeContext): Uint8Array | string | null
}

/**
 * Turns bytes into keys or values. Null never gets here: it stays null. An error that it throws becomes the `cause` of a
 * {@link SerializationError}.
 */
export interface Deserializer<T> {
  /** The bytes are a view of what was fetched: who keeps them keeps all of that. */
  deserialize(bytes: Buffer, context: SerdeContext): T
}

/** Both ways. */
export interface Serde<T> extends Serializer<T>, Deserializer<T> {}
