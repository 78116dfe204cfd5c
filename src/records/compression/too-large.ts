import { ProtocolError } from '../../errors/client-errors.ts'

/** What every codec throws when its output passes the limit. */
export function tooLarge(maxBytes: number, cause?: unknown): ProtocolError {
  return new ProtocolError(
    `its records decompress to more than ${maxBytes} bytes, the limit of maxDecompressedBatchBytes: ` +
      'raise that option if such batches are expected',
    { cause },
  )
}
