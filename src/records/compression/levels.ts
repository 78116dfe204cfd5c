import { ConfigurationError } from '../../errors/client-errors.ts'
import type { CodecName, Levels } from './codec.ts'

/**
 * The level to compress with.
 *
 * @throws ConfigurationError for a level that the codec does not have.
 */
export function checkedLevel(codec: CodecName, levels: Levels, level: number | undefined): number {
  if (level === undefined) return levels.default
  if (Number.isInteger(level) && level >= levels.min && level <= levels.max) return level
  const problem = `${codec} has levels ${levels.min} to ${levels.max}, not ${level}`
  throw new ConfigurationError([{ option: 'compressionLevel', problem }])
}
