import { ConfigurationError } from '../../errors/client-errors.ts'
import type { Codec, CodecName } from './codec.ts'
import { gzip } from './gzip.ts'
import { lz4 } from './lz4.ts'
import { snappy } from './snappy.ts'
import { zstd } from './zstd.ts'

const none: Codec = {
  id: 0,
  name: 'none',
  compress: bytes => bytes,
  decompress: bytes => bytes,
}

/** Every codec of the protocol, at its id. */
const codecs: readonly Codec[] = [none, gzip, snappy, lz4, zstd]
const byName: ReadonlyMap<string, Codec> = new Map(codecs.map(codec => [codec.name, codec]))

/** The codec of attribute bits 0 to 2; undefined for an id that the protocol does not have. */
export function codecById(id: number): Codec | undefined {
  return codecs[id]
}

/** @throws ConfigurationError when the protocol has no codec of that name. */
export function codecByName(name: CodecName): Codec {
  const codec = byName.get(name)
  if (codec !== undefined) return codec
  const known = codecs.map(candidate => `'${candidate.name}'`).join(', ')
  throw new ConfigurationError([{ option: 'compression', problem: `must be one of ${known}, not '${String(name)}'` }])
}

/**
 * Whether a batch of `sizeBytes` had better be compressed off the event loop, with `BatchEncoder.closeAsync`: then its time is
 * worth more than what going to another thread takes.
 */
export function prefersAsync(name: CodecName, sizeBytes: number): boolean {
  const { compressAsync, asyncFromBytes } = codecByName(name)
  return compressAsync !== undefined && asyncFromBytes !== undefined && sizeBytes >= asyncFromBytes
}
