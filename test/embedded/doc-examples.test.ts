import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { run } from '../../scripts/kafka/run.ts'
import { docPrograms, newFolder, writePrograms } from '../support/doc-programs.ts'
import { bootstrap, needsKafka } from '../support/kafka.ts'

needsKafka()

/** Pages that describe what brokers do: real ones are the judge of those, and the embedded cluster of all others. */
const ofBrokers = ['README.md', 'docs/admin.md', 'docs/consumer-group.md', 'docs/consumer.md', 'docs/producer.md']
const kafka = inject('kafka')
const isEmbedded = 'version' in kafka && kafka.version === 'mock'

const pages = await docPrograms()

/** With a topic of its own: others run on the same cluster. */
function onSharedCluster(code: string): string {
  if (code.includes('MockCluster')) return code
  const topic = `orders-${randomBytes(4).toString('hex')}`
  return code.replaceAll('localhost:9092', bootstrap()[0]!).replaceAll("'orders'", `'${topic}'`)
}

it('the pages that real brokers judge are there', () => {
  expect([...pages.keys()]).toEqual(expect.arrayContaining(ofBrokers))
})

const here = [...pages].filter(([page]) => ofBrokers.includes(page) !== isEmbedded)

// One process for all programs of a page, since each takes a second to start: they run one after the other, and must end by themselves.
it.each(here)('the examples of %s run', { timeout: 180_000 }, async (_page, programs) => {
  const folder = await newFolder()
  const files = await writePrograms(folder, programs.map(onSharedCluster))
  const main = join(folder, 'main.mts')
  await writeFile(main, files.map(file => `console.log('${file}')\nawait import('./${file}')\n`).join(''))
  const options = { timeoutMs: 120_000 }
  const { code: exit, output } = await run(process.execPath, ['--import', 'tsx', main], options)
  expect(exit, output).toBe(0)
})
