import { parseArgs } from 'node:util'
import { classpath } from './maven.ts'
import { isFree } from './ports.ts'
import { startOwn } from './start.ts'
import { countUp, readState, takeDown, type UpState, writeState } from './state.ts'

const usage = `A real Kafka on this machine, from Docker or from Maven's jars.

  npm run kafka -- up [--brokers 1|3] [--version 4.3.x]   start it, and leave it running
  npm run kafka -- status                                 where it is
  npm run kafka -- down                                   stop it, and throw its data away
  npm run -s kafka -- classpath [--version 4.3.x]         the class path for Kafka's own tools`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { brokers: { type: 'string', default: '1' }, version: { type: 'string' } },
})
const version = values.version === undefined ? {} : { version: values.version }

async function up(brokers: 1 | 3): Promise<void> {
  if (process.env.KAFKA_BROKERS)
    return console.log(`KAFKA_BROKERS is set: ${process.env.KAFKA_BROKERS}. Nothing to start.`)
  const earlier = await readState()
  if (earlier !== undefined) {
    if ((await countUp(earlier)) > 0) return console.log(`Kafka is up already.\n${describe(earlier)}`)
    await takeDown(earlier) // its processes are gone: a reboot, or somebody's kill
  }
  const usual = brokers === 1 ? [9092] : [9092, 9093, 9094]
  const free = (await Promise.all(usual.map(isFree))).every(Boolean)
  const kafka = await startOwn({ brokers, fullSpeed: true, ...version, ...(free ? { ports: usual } : {}) })
  const state = { version: kafka.version, bootstrap: kafka.bootstrap, kept: await kafka.keep() }
  if (await writeState(state)) return console.log(`Kafka is up.\n${describe(state)}`)
  await kafka.stop()
  console.log('Another `up` was faster; see `status`.')
}

async function down(): Promise<void> {
  const state = await readState()
  if (state === undefined) return console.log('Kafka is not up.')
  await takeDown(state)
  console.log('Kafka is down.')
}

async function status(): Promise<void> {
  const state = await readState()
  if (state === undefined) return console.log('Kafka is not up.')
  const running = await countUp(state)
  if (running === 0)
    return console.log('Kafka was up, but its brokers are gone. `up` starts it anew; `down` tidies up.')
  console.log(`Kafka is up: ${running} of ${state.bootstrap.length} brokers run.\n${describe(state)}`)
}

function describe({ version, bootstrap, kept }: UpState): string {
  const where = kept.kind === 'java' ? `Java, logs in ${kept.folder}` : `Docker, project ${kept.project}`
  return `  Kafka ${version} (${where})\n  KAFKA_BROKERS=${bootstrap.join(',')}`
}

try {
  const [command] = positionals
  if (values.brokers !== '1' && values.brokers !== '3') throw new Error('--brokers is 1 or 3')
  if (command === 'up') await up(values.brokers === '3' ? 3 : 1)
  else if (command === 'down') await down()
  else if (command === 'status') await status()
  else if (command === 'classpath') console.log((await classpath(values.version)).join(':'))
  else {
    console.log(usage)
    process.exitCode = command === undefined ? 0 : 2
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
