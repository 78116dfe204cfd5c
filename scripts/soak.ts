/**
 * Runs producers and consumers for long, on real brokers: `npm run soak -- --seconds 600`. Brokers are killed, restarted, frozen, and
 * leaders moved, one fault after the other; at the end each message must have been read once and in order.
 *
 *   --seconds N   for how long brokers are broken; default 60
 *   --seed N      for the faults, the messages and the whims of another run; default random
 *   --memory      instead: reads 5 GB with readers that sleep, in less than 300 MiB of memory
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { soakBrokenBrokers } from './soak/broken-brokers.ts'
import { soakSleepyReaders } from './soak/sleepy-readers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    memory: { type: 'boolean', default: false },
  },
})

const seed = Number(values.seed)
if (!values.memory) console.log(`seed ${seed}`)
const isWell = await (values.memory ? soakSleepyReaders() : soakBrokenBrokers(Number(values.seconds), seed))
console.log(isWell ? 'all is well' : 'FAILED')
process.exitCode = isWell ? 0 : 1
