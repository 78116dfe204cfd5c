import { ConfigurationError } from '../../errors/client-errors.ts'
import { describeValue } from '../../util/options.ts'

/** @throws {@link ConfigurationError} for what is no offset to be committed, such as a number. */
export function checkOffset(offset: unknown): void {
  if (typeof offset === 'bigint' && offset >= 0n) return
  const problem = `must be a bigint from 0n on, not ${describeValue(offset)}`
  throw new ConfigurationError([{ option: 'offset', problem }])
}
