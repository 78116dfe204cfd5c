/**
 * Gives damaged bytes to everything that reads bytes from strangers: `npm run fuzz -- --runs 1000000`. What is damaged are the
 * frames in `test/golden` and random messages. A decoder may throw ProtocolError; anything else is a crash, and so is outsized
 * memory. Without arguments it takes half a minute.
 *
 *   --runs N      so many inputs; without --seconds as long as it takes
 *   --seconds N   no longer than that
 *   --seed N      for other inputs than every run has
 *   --target T    only targets whose names have T in them, such as 'batch, lz4' or 'Fetch v12'
 *   --hex H       with --target: just this input
 */
import { parseArgs } from 'node:util'
import { campaign } from './fuzz/campaign.ts'
import { Inputs } from './fuzz/inputs.ts'
import { tryInput } from './fuzz/trial.ts'

const DEFAULT_SECONDS = 30

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: '' },
    hex: { type: 'string' },
  },
})

if (values.hex !== undefined) {
  const { targets } = new Inputs(1, values.target)
  const target = targets.find(({ name }) => name === values.target) ?? targets[0]!
  const { verdict, ms, problem } = tryInput({ target, bytes: Buffer.from(values.hex, 'hex') })
  console.log(`${target.name}: ${verdict}, ${ms.toFixed(1)} ms ${problem}`)
  process.exitCode = verdict === 'taken' || verdict === 'refused' ? 0 : 1
} else {
  const seconds = Number(values.seconds ?? (values.runs === undefined ? DEFAULT_SECONDS : Infinity))
  const seed = Number(values.seed)
  const { inputs, crashes, hangs } = await campaign({
    runs: Number(values.runs ?? Infinity),
    seconds,
    seed,
    only: values.target,
  })
  console.log(`${inputs} inputs: ${crashes} crashes, ${hangs} hangs`)
  process.exitCode = crashes + hangs > 0 ? 1 : 0
}
