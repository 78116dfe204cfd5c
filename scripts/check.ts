// Everything that is checked without running the tests: `npm run check`. Prints one line a check.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkCodecs } from './check-codecs.ts'
import { checkContents, checkInstalled, pack } from './check-package.ts'
import { NotHereError, root, run } from './check-run.ts'

let failures = 0

/** Runs one check and says how it went; false where it failed. */
async function check(name: string, body: () => Promise<unknown>): Promise<boolean> {
  const start = performance.now()
  try {
    await body()
  } catch (error) {
    const text = indent(error instanceof Error ? error.message : String(error))
    // A CI run that leaves out checks must not look green.
    if (error instanceof NotHereError && process.env.CI !== 'true') {
      console.log(`${name}: skipped\n${text}`)
      return true
    }
    failures++
    console.log(`${name}: failed\n${text}`)
    return false
  }
  console.log(`${name}: ok (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  return true
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

async function checkLockfile(): Promise<void> {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8')
  // Where packages come from is a matter of each machine, not of the repository.
  if (text.includes('"resolved"')) throw new Error('package-lock.json names registries: remove the "resolved" lines')
  // npm leaves a package for another platform out of the lockfile where the registry lacks it, and does not say so;
  // after that `npm ci` refuses the lockfile, and where it does not, that platform is left without its binary.
  const { packages } = JSON.parse(text) as Lockfile
  const locked = new Set(Object.keys(packages).map(path => path.slice(path.lastIndexOf('node_modules/') + 13)))
  const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.entries(optionalDependencies))
  const missing = named.filter(([name]) => !locked.has(name)).map(([name, version]) => `${name}@${version}`)
  if (missing.length > 0) throw new Error(`package-lock.json lacks optional packages: ${missing.join(', ')}`)
}

async function checkPackage(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'samsa-check-'))
  try {
    let tarball = ''
    const packed = await check('pack', async () => {
      tarball = await pack(directory)
    })
    if (!packed) return
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    await check('package contents', () => checkContents(tarball))
    await check('publint', () => run('publint', ['run', tarball, '--strict']))
    // The profile leaves out node10, the resolution of Node before 12.7, which cannot see entries other than the main one.
    await check('are the types wrong', () => run('attw', [tarball, '--profile', 'node16', '--no-emoji', '--no-color']))
    await check('package in use', () => checkInstalled(tarball, directory, manifest))
    await check('codecs without a compiler', () => checkCodecs(tarball, directory))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

await check('types', () => run('tsc', ['--noEmit']))
await check('lint and format', () => run('biome', ['check', '.']))
await check('lockfile', checkLockfile)
await check('generated docs', () => run('tsx', ['scripts/docs.ts', '--check']))
await check('architecture', () => run('vitest', ['run', '--project', 'unit', 'test/architecture']))
if (await check('build', () => run('tsup', []))) await checkPackage()
if (failures > 0) console.log(`${failures} ${failures === 1 ? 'check' : 'checks'} failed`)
process.exitCode = failures === 0 ? 0 : 1
