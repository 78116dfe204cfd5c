import { parseArgs } from 'node:util'
import { type ClusterKind, clusters } from './cluster.ts'
import { type Contest, type Contestant, nameOf, type Workload } from './contest.ts'

export interface Options<C extends Contestant, W extends Workload> {
  readonly contestants: readonly C[]
  readonly workloads: readonly W[]
  readonly rounds: number
  readonly cluster: ClusterKind
  /** The node that runs the clients. */
  readonly node: string
}

/** What the arguments of a command say. Ends the process where they ask for help. */
export function parseOptions<C extends Contestant, W extends Workload>(
  args: readonly string[],
  contest: Contest<C, W>,
): Options<C, W> {
  const { own, peers, yardsticks, workloads, extra } = contest
  const ids = workloads.map(({ id }) => id)
  const { values } = parseArgs({
    args: [...args],
    options: {
      peers: { type: 'string', default: clientsOf(peers).join(',') },
      only: { type: 'string' },
      workloads: { type: 'string', default: ids.filter(id => !extra.includes(id)).join(',') },
      rounds: { type: 'string', default: '3' },
      cluster: { type: 'string', default: 'kafka' },
      node: { type: 'string', default: process.execPath },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage(contest))
    process.exit()
  }
  const others = [...peers, ...yardsticks]
  const wanted = listed(values.peers, clientsOf(others), '--peers')
  const ours = own.filter(each => values.only === undefined || nameOf(each).includes(values.only))
  const chosen = listed(values.workloads, ids, '--workloads')
  const rounds = Number(values.rounds)
  if (!(rounds >= 1)) throw new Error('--rounds: a number from 1')
  return {
    contestants: [...ours, ...others.filter(({ client }) => wanted.includes(client))],
    workloads: workloads.filter(({ id }) => chosen.includes(id)),
    rounds,
    cluster: listed(values.cluster, clusters, '--cluster')[0] as ClusterKind,
    node: values.node,
  }
}

function usage<C extends Contestant, W extends Workload>(contest: Contest<C, W>): string {
  const { command, does, yardsticks, workloads, extra } = contest
  const ids = [...new Set(workloads.map(({ id }) => id))].filter(id => !extra.includes(id))
  const also = extra.length === 0 ? '' : `; also: ${extra.join(', ')}`
  return `${does} by samsa and by other clients: npm run bench -- ${command} [OPTION ...]

  --peers A,B       whom to compare with; by default the other clients for Node. Also: ${clientsOf(yardsticks).join(', ')}
  --only TEXT       of samsa's ways and the bare ones only those with this in their names
  --workloads A,B   by default ${ids.join(', ')}${also}
  --rounds N        default 3; what is printed are medians
  --cluster NAME    kafka, the default, or mock: the in-process cluster of samsa/testing
  --node PATH       another node for the clients`
}

function clientsOf(contestants: readonly Contestant[]): string[] {
  return [...new Set(contestants.map(({ client }) => client))]
}

/** The names in a list with commas; none may be unknown. */
function listed(text: string, known: readonly string[], option: string): string[] {
  const names = text.split(',').filter(Boolean)
  const unknown = names.filter(name => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${option}: ${unknown} is not among ${[...new Set(known)].join(', ')}`)
  return names
}
