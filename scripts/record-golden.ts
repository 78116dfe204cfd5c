/**
 * Records what real brokers and Java's clients say to one another: `npm run golden`. It writes `test/golden/*.txt` anew: a file
 * an API, frames with what Kafka's own classes read in them. Needs a JDK, and Maven for the first time.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixtureFile, formatFixtures } from '../test/golden/fixture.ts'
import { KafkaCodec } from './golden/kafka-codec.ts'
import { selectFixtures } from './golden/select.ts'
import { recordSession, recordThreeBrokers } from './golden/session.ts'
import { defaultVersion } from './kafka/maven.ts'

const releases = [defaultVersion, '3.9.1']
const target = fileURLToPath(new URL('../test/golden/', import.meta.url))

const folder = await mkdtemp(join(tmpdir(), 'samsa-golden-'))
const codec = await KafkaCodec.start(folder)
try {
  const sessions = [{ kafka: defaultVersion, exchanges: await recordThreeBrokers(codec) }]
  for (const kafka of releases) sessions.push({ kafka, exchanges: await recordSession(kafka, codec, folder) })
  const selected = await selectFixtures(codec, sessions)
  for (const file of await readdir(target)) if (file.endsWith('.txt')) await rm(join(target, file))
  let sizeBytes = 0
  for (const [api, fixtures] of selected) {
    const text = formatFixtures(fixtures)
    sizeBytes += Buffer.byteLength(text)
    await writeFile(join(target, fixtureFile(api.name)), text)
  }
  const frames = [...selected.values()].reduce((sum, fixtures) => sum + fixtures.length, 0)
  console.log(`${frames} frames of ${selected.size} APIs, ${(sizeBytes / 1024).toFixed(0)} KiB`)
} finally {
  codec.end()
  await rm(folder, { recursive: true, force: true })
}
