import { ConfigurationError, ProtocolError } from '../../errors/client-errors.ts'
import type { Codec, CodecName } from './codec.ts'
import { gzip } from './gzip.ts'

const none: Codec = {
  id: 0,
  name: 'none',
  compress: bytes => bytes,
  decompress: bytes => bytes,
}

/** A codec that the protocol has and this version does not: it is named in the error. */
function notSupported(id: number, name: CodecName): Codec {
  const problem = `${name} compression is not supported yet`
  return {
    id,
    name,
    compress() {
      throw new ConfigurationError([{ option: 'compression', problem }])
    },
    decompress() {
      throw new ProtocolError(`it cannot be read: ${problem}`)
    },
  }
}

/** Every codec of the protocol, at its id. */
const codecs: readonly Codec[] = [
  none,
  gzip,
  notSupported(2, 'snappy'),
  notSupported(3, 'lz4'),
  notSupported(4, 'zstd'),
]

/** The codec of attribute bits 0 to 2; undefined for an id that the protocol does not have. */
export function codecById(id: number): Codec | undefined {
  return codecs[id]
}

/** @throws ConfigurationError when the protocol has no codec of that name. */
export function codecByName(name: CodecName): Codec {
  const codec = codecs.find(candidate => candidate.name === name)
  if (codec !== undefined) return codec
  const known = codecs.map(candidate => `'${candidate.name}'`).join(', ')
  throw new ConfigurationError([{ option: 'compression', problem: `must be one of ${known}, not '${String(name)}'` }])
}
