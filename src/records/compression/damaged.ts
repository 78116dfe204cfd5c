import { ProtocolError } from '../../errors/client-errors.ts'
import type { CodecName } from './codec.ts'

/** What decompression throws for bytes that the codec cannot have made. */
export function damaged(codec: CodecName, problem: string, cause?: unknown): ProtocolError {
  return new ProtocolError(`its ${codec} data is damaged: ${problem}`, { cause })
}
