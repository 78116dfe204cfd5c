/**
 * Runs producers and consumers for long, on real brokers: `npm run soak -- --seconds 600`. Brokers are killed, restarted, frozen, and
 * leaders moved, one fault after the other; at the end each message must have been read once and in order.
 *
 *   --seconds N   for how long brokers are broken, or members come and go; default 60
 *   --seed N      for the faults, the messages and the whims of another run; default random
 *   --group       instead: members of consumer groups come and go, while messages are written; each must be processed, and nothing
 *                 may be committed before it is
 *   --memory      instead: reads 5 GB with readers that sleep, in less than 300 MiB of memory
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { cooperativeSticky, range } from '../src/index.ts'
import { soakBrokenBrokers } from './soak/broken-brokers.ts'
import { soakGroup } from './soak/group-chaos.ts'
import { soakSleepyReaders } from './soak/sleepy-readers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    group: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
  },
})

const seed = Number(values.seed)
if (!values.memory) console.log(`seed ${seed}`)
const isWell = await soak()
console.log(isWell ? 'all is well' : 'FAILED')
process.exitCode = isWell ? 0 : 1

function soak(): Promise<boolean> {
  const seconds = Number(values.seconds)
  if (values.memory) return soakSleepyReaders()
  if (values.group) return soakGroup(seconds, seed, [range(), cooperativeSticky()])
  return soakBrokenBrokers(seconds, seed)
}
