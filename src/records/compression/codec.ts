/** The codecs of record batches, in the order of their ids in a batch's attributes. */
export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** The levels that a codec has: the higher, the slower, and the smaller the result. */
export interface Levels {
  readonly min: number
  readonly max: number
  /** What is taken where no level is given. */
  readonly default: number
}

/** Compresses and decompresses the records of a batch. */
export interface Codec {
  /** Attribute bits 0 to 2 of a batch. */
  readonly id: number
  readonly name: CodecName
  /** The levels that {@link Codec.compress} takes; absent where there are none to choose from. */
  readonly levels?: Levels
  /**
   * @param level the codec's own default where undefined.
   * @returns what may be memory that the next call uses again: it has to be copied before that.
   * @throws ConfigurationError when this codec does not have the level, or cannot be used here.
   */
  compress(bytes: Buffer, level: number | undefined): Buffer
  /** The same off the event loop, in memory of its own; absent where this Node has no way to do so. */
  compressAsync?(bytes: Buffer, level: number | undefined): Promise<Buffer>
  /** From how many bytes on `compressAsync` takes less of the event loop's time than `compress`, as measured. */
  readonly asyncFromBytes?: number
  /**
   * @param maxBytes the size at which decompression is given up.
   * @param magic the version of the message format that the bytes come from, where it is not 2.
   * @throws ProtocolError when the bytes are damaged, become larger than `maxBytes`, or the codec cannot be used here.
   */
  decompress(bytes: Buffer, maxBytes: number, magic?: number): Buffer
}

/**
 * Compresses and decompresses single blocks, between places of larger memory; codecs have one or more of them. `decompress` may
 * throw anything for a block that is damaged: the codec then asks the one written here what is wrong.
 */
export interface BlockProvider {
  /** The package that it comes from, or `samsa`. */
  readonly name: string
  /** Compresses `src[start, end)` into `dst` from `to` on, where there is room for the worst case; returns where it ended. */
  compress(src: Buffer, start: number, end: number, dst: Buffer, to: number, level: number): number
  /** Decompresses `src[start, end)` into `dst[to, limit)`; returns where it ended. */
  decompress(src: Buffer, start: number, end: number, dst: Buffer, to: number, limit: number): number
}
