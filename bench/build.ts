import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, tail } from '../scripts/kafka/run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** samsa, built as it is for users, but where nothing else builds it. */
export const samsaBuild = `${root}bench/dist/samsa/`

/** The programs of the child processes: JavaScript, as a loader of TypeScript would be counted with the clients. */
export const programs = `${root}bench/dist/programs/`

/** Builds both. `entries` are files of `bench`. */
export async function build(entries: readonly string[]): Promise<void> {
  await tsup(['--out-dir', samsaBuild, '--no-dts'])
  // By their own names, whatever folders they are in.
  const sources = entries.flatMap(entry => [`--entry.${basename(entry, '.ts')}`, `${root}bench/${entry}`])
  await tsup(['--no-config', '--format', 'esm', '--target', 'node20', '--clean', '--out-dir', programs, ...sources])
}

async function tsup(args: readonly string[]): Promise<void> {
  const { code, output } = await run(`${root}node_modules/.bin/tsup`, args, { cwd: root })
  if (code !== 0) throw new Error(`tsup failed:\n${tail(output)}`)
}
