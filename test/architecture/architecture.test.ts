import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Source, violations } from './rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies?: Record<string, string>
}

async function sourcesIn(directory: string): Promise<Source[]> {
  const entries = await readdir(join(root, directory), { recursive: true, withFileTypes: true }).catch(() => [])
  const own = entries.filter(({ parentPath }) => !parentPath.split(sep).includes('node_modules'))
  const files = own.filter(entry => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const absolute = join(parentPath, name)
      return { path: absolute.slice(root.length).split(sep).join('/'), text: await readFile(absolute, 'utf8') }
    }),
  )
}

describe('the sources', () => {
  it('keep the rules of the architecture', async () => {
    const sources = (await Promise.all(['src', 'test', 'scripts', 'examples', 'bench'].map(sourcesIn))).flat()
    expect(sources.length).toBeGreaterThan(10)
    expect(violations(sources, Object.keys(manifest.dependencies ?? {}))).toEqual([])
  })
})

// A rule that cannot fail guards nothing.
describe('the rules', () => {
  const sources = (files: Record<string, string>): Source[] =>
    Object.entries(files).map(([path, text]) => ({ path: `src/${path}`, text }))
  const check = (files: Record<string, string>): string[] => violations(sources(files), ['crc-32'])

  it('let layers use those below, siblings of their own directory, Node and dependencies', () => {
    const files = {
      'errors/a.ts': 'export const a = 1',
      'util/b.ts': "import { a } from '../errors/a.ts'; import { c } from './c.ts'; export const b = a + c",
      'util/c.ts': "import { readFile } from 'node:fs'; import crc from 'crc-32'; export const c = [readFile, crc]",
      'util/version.ts': "import { version } from '../../package.json'; export const v = version",
      'group/d.ts': "import type { e } from '../producer/sub/e.ts'; export const d = (x: e) => x",
      'producer/sub/e.ts': "import { b } from '../../util/b.ts'; export type e = typeof b",
      'testing/f.ts': "import { a } from '../errors/a.ts'; export const f = a",
      'testing/mocks/g.ts': "import type { e } from '../../producer/sub/e.ts'; export const g = (x: e) => x",
      'kafka.ts': "import { d } from './group/d.ts'; export const kafka = d",
      'index.ts': "export * from './kafka.ts'; export { a as z } from './errors/a.ts'",
      'testing.ts': "export { f } from './testing/f.ts'",
    }
    expect(check(files)).toEqual([])
  })

  it.each([
    ['a layer above', 'errors/a.ts', "import { b } from '../util/b.ts'", 'util/b.ts', 'errors may not use util'],
    [
      'a sibling',
      'producer/a.ts',
      "import { b } from '../consumer/b.ts'",
      'consumer/b.ts',
      'producer may not use consumer',
    ],
    ['the root', 'group/a.ts', "import { b } from '../config.ts'", 'config.ts', 'group may not use root'],
    ['the test kit', 'kafka.ts', "import { b } from './testing/b.ts'", 'testing/b.ts', 'root may not use testing'],
    [
      'the client, in the test kit',
      'testing/a.ts',
      "import { b } from '../network/b.ts'",
      'network/b.ts',
      'testing may not use network',
    ],
    [
      'a type of the client, in the test kit but its mocks',
      'testing/a.ts',
      "import type { b } from '../producer/b.ts'",
      'producer/b.ts',
      'testing may not use producer',
    ],
    [
      'the client itself, in a mock',
      'testing/mocks/a.ts',
      "import { b } from '../../producer/b.ts'",
      'producer/b.ts',
      'testing may not use producer',
    ],
    [
      'a value beside a type, in a mock',
      'testing/mocks/a.ts',
      "import { type A, b } from '../../consumer/b.ts'",
      'consumer/b.ts',
      'testing may not use consumer',
    ],
    [
      'a type from another layer, in a mock',
      'testing/mocks/a.ts',
      "import type { b } from '../../network/b.ts'",
      'network/b.ts',
      'testing may not use network',
    ],
    [
      'a directory without a layer',
      'group/a.ts',
      "import { b } from '../misc/b.ts'",
      'misc/b.ts',
      'group may not use misc',
    ],
    ['a type', 'util/a.ts', "import type { b } from '../records/b.ts'", 'records/b.ts', 'util may not use records'],
    [
      'a type in place',
      'util/a.ts',
      "export type A = import('../records/b.ts').b",
      'records/b.ts',
      'util may not use records',
    ],
    [
      'a dynamic import',
      'util/a.ts',
      "export const a = () => import('../records/b.ts')",
      'records/b.ts',
      'util may not use records',
    ],
    [
      'a require',
      'util/a.ts',
      "export const a = require('../records/b.ts')",
      'records/b.ts',
      'util may not use records',
    ],
  ])('find the import of %s', (_, from, text, to, what) => {
    expect(check({ [from]: text, [to]: 'export const b = 1' })).toEqual([
      expect.stringMatching(new RegExp(`^src/${from}:1 imports src/${to}: ${what}$`)),
    ])
  })

  it('find imports of packages that are not dependencies, and of no file', () => {
    expect(check({ 'util/a.ts': "import 'fs'\nimport '@scope/x/y'\nimport 'samsa'\nimport './gone.ts'" })).toEqual([
      "src/util/a.ts:1 imports fs, which is neither Node's nor a dependency",
      "src/util/a.ts:2 imports @scope/x/y, which is neither Node's nor a dependency",
      "src/util/a.ts:3 imports samsa, which is neither Node's nor a dependency",
      'src/util/a.ts:4 imports ./gone.ts, which is no source file',
    ])
  })

  it('find circles of imports, types included', () => {
    const files = {
      'util/a.ts': "import { b } from './b.ts'; export const a = b",
      'util/b.ts': "import type { C } from './c.ts'; export const b: C = 1",
      'util/c.ts': "import { a } from './a.ts'; export type C = typeof a",
    }
    expect(check(files)).toEqual([
      'src/util/a.ts:1 is in a circle of imports: src/util/a.ts > src/util/b.ts > src/util/c.ts > src/util/a.ts',
    ])
    expect(check({ 'util/a.ts': "import './a.ts'" })).toHaveLength(1)
  })

  it.each([
    "export * from './b.ts'",
    "export { b } from './b.ts'",
    "import { b } from './b.ts'; export { b }",
    "export type { b } from './b.ts'",
  ])('find the barrel: %s', text => {
    expect(check({ 'util/a.ts': text, 'util/b.ts': 'export const b = 1' })).toEqual([
      'src/util/a.ts:1 exports what another file declares; only package entries may',
    ])
  })

  it('find files that are too long and give no reason', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, i) => `export const v${i} = ${i}\n`).join('')
    expect(
      check({ 'util/a.ts': lines(400), 'util/b.ts': `// over 400 lines because it is a table\n${lines(400)}` }),
    ).toEqual([])
    expect(check({ 'util/a.ts': lines(401) })).toEqual([
      expect.stringContaining('src/util/a.ts:401 has over 400 lines'),
    ])
    const [unexplained] = check({ 'util/a.ts': `// over 400 lines because\n${lines(400)}` })
    expect(unexplained).toContain('has over 400 lines')
  })

  it.each([
    'export default 1',
    'export default class {}',
    'export default function f() {}',
    'const a = 1; export { a as default }',
    'const a = 1; export = a',
  ])('find the default export: %s', text => {
    expect(check({ 'util/a.ts': text })).toEqual(['src/util/a.ts:1 has a default export'])
  })

  it.each(['export const a = (x: any) => x', 'export const a = 1 as any', 'export type A = Map<string, any[]>'])(
    'find any in: %s',
    text => {
      expect(check({ 'util/a.ts': text })).toEqual(['src/util/a.ts:1 says any'])
    },
  )
})
