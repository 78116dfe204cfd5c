import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { run } from '../../scripts/kafka/run.ts'
import { bootstrap, needsKafka } from '../support/kafka.ts'

needsKafka()

/** The TypeScript in a page, as programs. A block that imports nothing goes on where the one before it ended. */
async function programs(page: string): Promise<string[]> {
  const text = await readFile(page, 'utf8')
  const made: string[] = []
  for (const [, code] of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
    if (made.length === 0 || /^import /m.test(code!)) made.push(code!)
    else made.push(`${made.pop()}\n${code}`)
  }
  return made
}

/** With a topic of its own: others run on the same broker. */
function onRealKafka(code: string): string {
  const topic = `orders-${randomBytes(4).toString('hex')}`
  return code.replaceAll('localhost:9092', bootstrap()[0]!).replaceAll("'orders'", `'${topic}'`)
}

const docs = (await readdir('docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)
const pages = ['README.md', ...docs]

// Each program starts the compiler anew, which a busy machine takes its time for.
it.each(pages)('the examples of %s run', { timeout: 180_000 }, async page => {
  const folder = await newFolder()
  for (const [i, code] of (await programs(page)).entries()) {
    const program = join(folder, `example-${i}.mts`)
    await writeFile(program, code.includes('MockCluster') ? code : onRealKafka(code))
    const { code: exit, output } = await run(process.execPath, ['--import', 'tsx', program])
    expect(exit, `${code}\n${output}`).toBe(0)
  }
})

it('the examples of all pages have the right types', { timeout: 180_000 }, async () => {
  const folder = await newFolder()
  const root = resolve('.')
  for (const page of pages) {
    const subfolder = join(folder, page)
    await mkdir(subfolder, { recursive: true })
    for (const [i, code] of (await programs(page)).entries()) await writeFile(join(subfolder, `example-${i}.mts`), code)
  }
  // Users need not be as strict with themselves as the repository is with unused names.
  const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')], noUnusedLocals: false }
  const config = { extends: join(root, 'tsconfig.json'), include: ['**/*.mts'], compilerOptions }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { code: exit, output } = await run(process.execPath, [tsc, '--project', folder])
  expect(exit, output).toBe(0)
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-examples-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
