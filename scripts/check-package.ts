import { existsSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root, run } from './check-run.ts'

const SHIPPED = /^(dist\/.+|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/
const EXPECTED = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json']

interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
}

/** Packs the package as npm would publish it, into `directory`, and answers where it is. */
export async function pack(directory: string): Promise<string> {
  await run('npm', ['pack', '--silent', '--pack-destination', directory])
  const tarball = (await readdir(directory)).find(name => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${directory}`)
  return join(directory, tarball)
}

/** The tarball holds what users need and nothing else. */
export async function checkContents(tarball: string): Promise<void> {
  const listing = await run('tar', ['-tzf', tarball])
  const files = listing
    .split('\n')
    .filter(Boolean)
    .map(name => name.replace(/^package\//, ''))
  const strangers = files.filter(name => !SHIPPED.test(name))
  const missing = EXPECTED.filter(name => !files.includes(name))
  if (strangers.length > 0) throw new Error(`the tarball must not contain ${strangers.join(', ')}`)
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(', ')}`)
}

/**
 * Installs the tarball into an empty project, as a user would, and imports and requires each of its entries there, once
 * with Node and once with TypeScript for each way in which TypeScript finds packages.
 */
export async function checkInstalled(tarball: string, directory: string, manifest: Manifest): Promise<void> {
  const project = join(directory, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', private: true }))
  await run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', tarball], project)
  const entries = Object.keys(manifest.exports)
    .filter(entry => entry !== './package.json')
    .map(entry => manifest.name + entry.slice(1))
  await checkRuns(project, entries, manifest)
  await checkTypes(project, entries)
}

async function checkRuns(project: string, entries: readonly string[], { name, version }: Manifest): Promise<void> {
  // CommonJS and ESM are different builds: what one exports and the other lacks is seen here.
  await writeFile(
    join(project, 'cjs.cjs'),
    `const names = ${JSON.stringify(entries)}.map(entry => Object.keys(require(entry)).sort())
if (require('${name}/package.json').version !== '${version}') throw new Error('not the version that was packed')
console.log(JSON.stringify(names))`,
  )
  await writeFile(
    join(project, 'esm.mjs'),
    `const modules = await Promise.all(${JSON.stringify(entries)}.map(entry => import(entry)))
console.log(JSON.stringify(modules.map(module => Object.keys(module).sort())))`,
  )
  const required = JSON.parse(await run(process.execPath, ['cjs.cjs'], project)) as string[][]
  const imported = JSON.parse(await run(process.execPath, ['esm.mjs'], project)) as string[][]
  for (const [i, entry] of entries.entries()) {
    const [cjs, esm] = [required[i]!.join(' '), imported[i]!.join(' ')]
    if (esm === '') throw new Error(`${entry} exports nothing`)
    if (cjs !== esm) throw new Error(`${entry} exports other names when required (${cjs}) than when imported (${esm})`)
  }
}

async function checkTypes(project: string, entries: readonly string[]): Promise<void> {
  // The types may mention Buffer and node:tls; every user of a Node package has these declarations.
  await mkdir(join(project, 'node_modules/@types'), { recursive: true })
  const theirs = join(project, 'node_modules/@types/node')
  // A dependency may have brought its own.
  if (!existsSync(theirs)) await symlink(join(root, 'node_modules/@types/node'), theirs, 'dir')
  // An entry without types is an implicit any; one whose types do not resolve inside is any without a word.
  const check = `type IsAny<T> = 0 extends 1 & T ? true : false
export const found: [${entries.map((_, i) => `IsAny<typeof m${i}>, IsAny<(typeof m${i})[keyof typeof m${i}]>`).join(', ')}] = [${entries.map(() => 'false, false').join(', ')}]
`
  const imports = entries.map((entry, i) => `import * as m${i} from '${entry}'\n`).join('')
  const requires = entries.map((entry, i) => `import m${i} = require('${entry}')\n`).join('')
  await writeFile(join(project, 'esm.mts'), imports + check)
  await writeFile(join(project, 'cjs.cts'), requires + check)
  await writeFile(join(project, 'bundled.ts'), imports + check)
  const node = ['--module', 'node16', '--moduleResolution', 'node16', 'esm.mts', 'cjs.cts']
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler', 'bundled.ts']
  for (const way of [node, bundler]) {
    // Not skipLibCheck: an error in the package's own declarations is an error for the users who check them.
    await run(
      'tsc',
      ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--types', 'node', ...way],
      project,
    )
  }
}
