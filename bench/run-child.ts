import { spawn } from 'node:child_process'
import { tail } from '../scripts/kafka/run.ts'

/**
 * Runs a program that tells its result as JSON in the last line that it prints.
 *
 * @throws Error with what it printed, where it fails or takes longer than `timeoutMs`
 */
export async function runChild(program: string, args: readonly string[], timeoutMs: number): Promise<unknown> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' })
  let printed = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const end = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const last = printed.trimEnd().split('\n').at(-1)
  if (end !== 0 || last === undefined || !last.startsWith('{')) {
    throw new Error(`it ended with ${end}: ${reason(`${printed}${errors}`)}`)
  }
  return JSON.parse(last)
}

/** The line that names an error, where there is one; what stands around it is in which files that was. */
function reason(output: string): string {
  return /^\S*(?:Error|Exception|panic)\b.*/m.exec(output)?.[0] ?? tail(output)
}
