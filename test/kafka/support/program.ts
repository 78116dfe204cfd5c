import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** How a program ended and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const fileOf = (name: string): string => fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url))

/** Runs a program of `test/kafka/programs` in a process of its own, to its end. */
export async function runProgram(name: string, args: readonly string[]): Promise<Ended> {
  // Node's own warnings would be what the user of the program sees too, so nothing is filtered.
  const child = spawn(process.execPath, ['--import', 'tsx', fileOf(name), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, stdout, stderr }
}

/** Starts a program of `test/kafka/programs`, which runs until the test ends. */
export function startProgram(name: string, args: readonly string[]) {
  const options = ['--import', 'tsx', fileOf(name), ...args]
  const child = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface(child.stdout).on('line', line => lines.push(line))
  return {
    /** What it has printed. */
    lines,
    tell: (line: string) => void child.stdin.write(`${line}\n`),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
  }
}
