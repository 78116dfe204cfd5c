import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '../../scripts/kafka/start.ts'
import { build } from '../build.ts'
import { Topics } from '../kafka.ts'
import { makeValues } from '../values.ts'
import { type Contestant, nameOf, own, peers, yardsticks } from './contestants.ts'
import { type Entry, showWorkload } from './report.ts'
import { Runner } from './runner.ts'
import { PARTITIONS, type Workload, workloads } from './workloads.ts'

const usage = `Sends messages by samsa and by other clients: npm run bench -- produce [OPTION ...]

  --peers A,B       whom to compare with; by default the other clients for Node. Also: ${yardsticks.map(({ client }) => client).join(', ')}
  --only TEXT       of samsa's ways and the bare sender only those with this in their names
  --workloads P1,…  by default P1 to P5; also: memory
  --rounds N        default 3; what is printed are medians
  --node PATH       another node for the clients`

export async function main(args: readonly string[]): Promise<void> {
  const options = parse(args)
  const chosen = workloads.filter(({ id }) => options.workloads.includes(id))
  await build(['produce/child.ts', 'produce/slow-proxy.ts'])
  await using kafka = await startKafka()
  const folder = await mkdtemp(join(tmpdir(), 'samsa-bench-'))
  const topics = new Topics(kafka.bootstrap)
  try {
    const valuesFile = (bytes: number): string => join(folder, `values-${bytes}`)
    for (const { valueBytes } of chosen) await writeFile(valuesFile(valueBytes), makeValues(valueBytes))
    const runner = new Runner({ node: options.node, brokers: kafka.bootstrap, topics, valuesFile, folder })
    console.log(`Kafka ${kafka.version}, ${cpus().length} × ${cpus()[0]?.model}, ${await runner.nodeVersion()}`)
    console.log(`acks -1, no keys, ${PARTITIONS} partitions, medians of ${options.rounds} rounds\n`)
    await compare(runner, chosen, options)
  } finally {
    await topics.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Each round has every client once, as the machine's speed drifts. */
async function compare(runner: Runner, chosen: readonly Workload[], options: ReturnType<typeof parse>): Promise<void> {
  for (const workload of chosen) {
    const leftOut = new Map<string, string>()
    const entries: Entry[] = options.contestants
      .filter(({ workloads }) => workloads.includes(workload.id))
      .map(contestant => ({ contestant, results: [] }))
    for (let round = 0; round < options.rounds; round++) {
      for (const entry of [...entries]) {
        const outcome = await runner.run(entry.contestant, workload)
        if ('unavailable' in outcome) {
          entries.splice(entries.indexOf(entry), 1)
          leftOut.set(nameOf(entry.contestant), outcome.unavailable)
        } else if ('failed' in outcome) leftOut.set(`${nameOf(entry.contestant)}, a round`, outcome.failed)
        else entry.results.push(outcome)
      }
    }
    console.log(showWorkload(workload, entries))
    for (const [name, reason] of leftOut) console.log(`Left out: ${name}: ${reason}`)
    console.log()
  }
}

function parse(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      peers: { type: 'string', default: [...new Set(peers.map(({ client }) => client))].join(',') },
      only: { type: 'string' },
      workloads: { type: 'string', default: 'P1,P2,P3,P4,P5' },
      rounds: { type: 'string', default: '3' },
      node: { type: 'string', default: process.execPath },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    process.exit()
  }
  const others = [...peers, ...yardsticks]
  const wanted = listed(
    values.peers,
    others.map(({ client }) => client),
    '--peers',
  )
  const ours = own.filter(each => values.only === undefined || nameOf(each).includes(values.only))
  const contestants: Contestant[] = [...ours, ...others.filter(({ client }) => wanted.includes(client))]
  const ids = listed(
    values.workloads,
    workloads.map(({ id }) => id),
    '--workloads',
  )
  const rounds = Number(values.rounds)
  if (!(rounds >= 1)) throw new Error('--rounds: a number from 1')
  return { contestants, workloads: ids, rounds, node: values.node }
}

/** The names in a list with commas; none may be unknown. */
function listed(text: string, known: readonly string[], option: string): string[] {
  const names = text.split(',').filter(Boolean)
  const unknown = names.filter(name => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${option}: ${unknown} is not among ${[...new Set(known)].join(', ')}`)
  return names
}
