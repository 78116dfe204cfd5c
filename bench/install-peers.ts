import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { run, tail } from '../scripts/kafka/run.ts'

/** Where the clients are that samsa is compared with: installed when they are first wanted, and dependencies of nothing. */
export const peersFolder = fileURLToPath(new URL('./peers/', import.meta.url))

/** A `require` that finds them. */
export const requirePeer = createRequire(`${peersFolder}package.json`)

let installed: Promise<void> | undefined

/**
 * Installs them where they are not there, or are not those of the lockfile. Where it fails it is not tried again.
 *
 * @throws Error with what npm says
 */
export function installPeers(): Promise<void> {
  installed ??= install()
  return installed
}

async function install(): Promise<void> {
  // A copy of the lockfile by which they were installed; `npm ci` removes it with all the rest.
  const mark = `${peersFolder}node_modules/.installed.json`
  const lockfile = await readFile(`${peersFolder}package-lock.json`, 'utf8')
  if ((await readFile(mark, 'utf8').catch(() => undefined)) === lockfile) return
  console.log('installing the peers into bench/peers …')
  // npm would wait for more than a minute where there is no registry.
  const options = [
    '--ignore-scripts',
    '--prefer-offline',
    '--fetch-retry-mintimeout=1000',
    '--json',
    '--loglevel=silent',
  ]
  const { code, output } = await run('npm', ['ci', ...options], { cwd: peersFolder })
  if (code !== 0) {
    const summary = /"summary": "(.*)"/.exec(output)?.[1] ?? tail(output)
    throw new Error(`npm could not install bench/peers: ${summary}`)
  }
  await writeFile(mark, lockfile)
}
