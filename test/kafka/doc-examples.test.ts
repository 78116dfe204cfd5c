import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { run } from '../../scripts/kafka/run.ts'
import { bootstrap, needsKafka } from '../support/kafka.ts'

needsKafka()

/** The TypeScript in a page, each block a program of its own. */
async function examples(page: string): Promise<string[]> {
  const text = await readFile(page, 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
}

const docs = (await readdir('docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)

it.each(['README.md', ...docs])('the examples of %s run', async page => {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-examples-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [i, code] of (await examples(page)).entries()) {
    const program = join(folder, `example-${i}.mts`)
    const topic = `orders-${randomBytes(4).toString('hex')}`
    await writeFile(program, code.replaceAll('localhost:9092', bootstrap()[0]!).replaceAll("'orders'", `'${topic}'`))
    const { code: exit, output } = await run(process.execPath, ['--import', 'tsx', program])
    expect(exit, `${code}\n${output}`).toBe(0)
  }
})
