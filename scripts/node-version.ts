import { NotHereError, run } from './check-run.ts'

/**
 * The executable of a major version of Node: the one that runs this, or else one that npm brings and keeps.
 *
 * @throws {@link NotHereError} with what npm says, where it cannot be had
 */
export async function nodeVersion(major: number): Promise<string> {
  if (process.version.startsWith(`v${major}.`)) return process.execPath
  const args = ['exec', '--yes', `--package=node@${major}`, '--', 'node', '-p', 'process.execPath']
  const path = await run('npm', args).catch((error: Error) => {
    throw new NotHereError(`Node ${major} is not to be had from npm: ${error.message}`, { cause: error })
  })
  return path.trim()
}
