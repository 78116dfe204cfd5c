/** Something that takes bytes from strangers. */
export interface Target {
  /** As in reports, and for `--target`. */
  readonly name: string
  /** Good inputs: they must be taken without an error. Made when first asked for. */
  readonly seeds: () => readonly Buffer[]
  /**
   * Reads the bytes to their end, whatever that takes. It may throw ProtocolError; anything else is a crash. Throws
   * {@link Amplified} for a result that is more than was in the bytes.
   */
  readonly read: (bytes: Buffer) => void
  /** Sets checksums right, so that damage gets past them. */
  readonly reseal?: (bytes: Buffer) => void
}

/** More came out than went in. */
export class Amplified extends Error {
  override readonly name = 'Amplified'
}
