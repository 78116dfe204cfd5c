import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** How a program ended and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of `test/kafka/programs` in a process of its own, to its end. */
export async function runProgram(name: string, args: readonly string[]): Promise<Ended> {
  const file = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url))
  // Node's own warnings would be what the user of the program sees too, so nothing is filtered.
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, stdout, stderr }
}
