import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A check needs something that is not to be had here. */
export class NotHereError extends Error {
  override readonly name = 'NotHereError'
}

/** Runs a program to its end, in the repository unless told otherwise; rejects with all that it printed if it fails. */
export async function run(
  program: string,
  args: readonly string[],
  cwd = root,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    // Tools of the repository are found first, wherever the program runs.
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH ?? ''}`, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject).on('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'))
  })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${output.trimEnd()}`)
  return stdout
}
