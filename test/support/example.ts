import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { bootstrap } from './kafka.ts'

/** What an example prints; it must end by itself, and without a word on stderr. */
export async function output(example: string, variables: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const env = { ...process.env, KAFKA_BROKERS: bootstrap().join(','), ...variables }
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${example}`], { env })
  const ended = new Promise(resolve => child.on('exit', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect({ code: await ended, err }).toEqual({ code: 0, err: '' })
  return out.trimEnd().split('\n')
}
