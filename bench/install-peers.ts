import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, tail } from '../scripts/kafka/run.ts'

/** Where the clients are that samsa is compared with: installed when they are first wanted, and dependencies of nothing. */
export const peersFolder = fileURLToPath(new URL('./peers/', import.meta.url))

/** A `require` that finds them. */
export const requirePeer = createRequire(`${peersFolder}package.json`)

/** librdkafka's is apart: its own script has to download or build it, which may take minutes, or fail. */
export const nativePeersFolder = fileURLToPath(new URL('./peers/native/', import.meta.url))

const installed = new Map<string, Promise<void>>()

/**
 * Installs them where they are not there, or are not those of the lockfile. Where it fails it is not tried again.
 *
 * @throws Error with what npm says
 */
export function installPeers(): Promise<void> {
  return once(peersFolder, ['--ignore-scripts'])
}

/** The same for `nativePeersFolder`. */
export function installNativePeers(): Promise<void> {
  // Where there is no binary to download it is built: with the libraries of the system, instead of downloading those too.
  return once(nativePeersFolder, ['--ignore-scripts=false'], { CKJS_LINKING: 'dynamic' })
}

function once(folder: string, options: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const running = installed.get(folder) ?? install(folder, options, env)
  installed.set(folder, running)
  return running
}

async function install(folder: string, scripts: readonly string[], env: Record<string, string>): Promise<void> {
  const name = `bench/${relative(import.meta.dirname, folder)}`
  // A copy of the lockfile by which they were installed; `npm ci` removes it with all the rest.
  const mark = `${folder}node_modules/.installed.json`
  const lockfile = await readFile(`${folder}package-lock.json`, 'utf8')
  if ((await readFile(mark, 'utf8').catch(() => undefined)) === lockfile) return
  console.log(`installing the peers into ${name} …`)
  // npm would wait for more than a minute where there is no registry.
  const options = [...scripts, '--prefer-offline', '--fetch-retry-mintimeout=1000', '--json', '--loglevel=silent']
  const { code, output } = await run('npm', ['ci', ...options], { cwd: folder, env })
  if (code !== 0) {
    const [, summary = tail(output), detail = ''] = /"summary": "(.*)",\s*"detail": "(.*?)(?:\\n|")/.exec(output) ?? []
    throw new Error(`npm could not install ${name}: ${[summary, detail].filter(Boolean).join(': ')}`)
  }
  await writeFile(mark, lockfile)
}
