import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './check-run.ts'
import { nodeVersion } from './node-version.ts'

/** What npm has to compile, and so cannot install without a compiler. */
const COMPILED = ['lz4', 'zstd-napi']
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd']

/** Fails the compiling at once, and has no ready-made binary fetched in its place. */
const withoutCompiler = { NODE_GYP_FORCE_PYTHON: 'none', npm_config_build_from_source: 'true' }

/** Round-trips a batch in each codec, and reads one of zstd that it may be given; prints what came of it. */
const program = `import { createRequire } from 'node:module'
import { decodeRecordBatches, encodeRecordBatch } from 'samsa/protocol'

const require = createRequire(import.meta.url)
const loaded = ${JSON.stringify(COMPILED)}.filter(name => {
  try {
    require(name)
    return true
  } catch {
    return false
  }
})
const messages = Array.from({ length: 500 }, (_, i) => ({ key: 'key-' + i, value: 'the value of message ' + i }))

function read(batch) {
  const records = [...decodeRecordBatches(batch)].flatMap(batch => [...batch])
  return records.map(({ key, value }) => ({ key: String(key), value: String(value) }))
}

function outcome(batchOf) {
  try {
    return JSON.stringify(read(batchOf())) === JSON.stringify(messages) ? 'ok' : 'other messages'
  } catch (error) {
    return error.name + ': ' + error.message
  }
}

const outcomes = {}
for (const codec of ${JSON.stringify(CODECS)}) outcomes[codec] = outcome(() => encodeRecordBatch(messages, { codec }))
const given = process.argv[2]
if (given !== undefined) outcomes.read = outcome(() => Buffer.from(given, 'base64'))
let zstd
if (outcomes.zstd === 'ok') zstd = encodeRecordBatch(messages, { codec: 'zstd' }).toString('base64')
console.log(JSON.stringify({ loaded, outcomes, zstd }))
`

interface Report {
  readonly loaded: readonly string[]
  readonly outcomes: Readonly<Record<string, string>>
  /** A batch, where this Node can write it. */
  readonly zstd?: string
}

/**
 * Installs the tarball as on a machine without a compiler: with a Node that brings zstd every codec works there, and with an
 * older one all but zstd, whose error names the package to install.
 *
 * @throws {NotHereError} where npm has no registry to take the other Node from
 */
export async function checkCodecs(tarball: string, directory: string): Promise<void> {
  const [newer, older] = await Promise.all([nodeVersion(24), nodeVersion(20)])
  const project = join(directory, 'without-compiler')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', private: true }))
  await writeFile(join(project, 'program.mjs'), program)
  await run(
    'npm',
    ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', tarball],
    project,
    withoutCompiler,
  )
  const report = async (node: string, ...args: string[]): Promise<Report> => {
    const found = JSON.parse(await run(node, ['program.mjs', ...args], project)) as Report
    if (found.loaded.length > 0) throw new Error(`${found.loaded.join(', ')} should not be there without a compiler`)
    return found
  }
  const { outcomes, zstd } = await report(newer)
  expectOutcomes('Node 24', outcomes, CODECS, [])
  expectOutcomes('Node 20', (await report(older, zstd!)).outcomes, ['gzip', 'snappy', 'lz4'], ['zstd', 'read'])
}

function expectOutcomes(
  node: string,
  outcomes: Report['outcomes'],
  works: readonly string[],
  wantsPackage: readonly string[],
): void {
  const wrong = Object.entries(outcomes).filter(([name, outcome]) => {
    if (works.includes(name)) return outcome !== 'ok'
    return !wantsPackage.includes(name) || !outcome.endsWith('npm install zstd-napi')
  })
  if (wrong.length > 0) throw new Error(`on ${node}: ${wrong.map(each => each.join(': ')).join('; ')}`)
}
