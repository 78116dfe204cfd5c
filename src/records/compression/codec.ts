/** The codecs of record batches, in the order of their ids in a batch's attributes. */
export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Compresses and decompresses the records of a batch. */
export interface Codec {
  /** Attribute bits 0 to 2 of a batch. */
  readonly id: number
  readonly name: CodecName
  /** The levels that {@link Codec.compress} takes; absent where there are none to choose from. */
  readonly levels?: { readonly min: number; readonly max: number }
  /**
   * @param level the codec's own default where undefined.
   * @throws ConfigurationError when this codec does not have the level, or cannot be used here.
   */
  compress(bytes: Buffer, level: number | undefined): Buffer
  /**
   * @param maxBytes the size at which decompression is given up.
   * @throws ProtocolError when the bytes are damaged, become larger than `maxBytes`, or the codec cannot be used here.
   */
  decompress(bytes: Buffer, maxBytes: number): Buffer
}
