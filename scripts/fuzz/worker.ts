import { openSync, writeSync } from 'node:fs'
import { Inputs } from './inputs.ts'
import { tryInput } from './trial.ts'

/*
 * The process in which inputs are tried, so that one that never ends, fills the memory or takes the process down can be told and
 * survived. It is told ranges of inputs and answers with what it found.
 */

export interface Work {
  readonly from: number
  readonly to: number
  /** A file in which the number of the input at work is kept, for when there is nobody left to ask. */
  readonly trace?: string
}

export interface Finding {
  readonly index: number
  readonly kind: 'crash' | 'hang' | 'memory'
  readonly target: string
  readonly hex: string
  readonly problem: string
}

export interface Done {
  readonly taken: number
  readonly findings: readonly Finding[]
  readonly slowest: { readonly ms: number; readonly target: string }
  readonly peakRssBytes: number
}

const [seed = '1', only = ''] = process.argv.slice(2)
const inputs = new Inputs(Number(seed), only)
inputs.checkSeeds()

function work({ from, to, trace }: Work): Done {
  const file = trace === undefined ? undefined : openSync(trace, 'w')
  const findings: Finding[] = []
  let taken = 0
  let slowest = { ms: 0, target: '' }
  for (let index = from; index < to; index++) {
    if (file !== undefined) writeSync(file, String(index).padEnd(16), 0)
    const input = inputs.at(index)
    const { verdict, ms, problem } = tryInput(input)
    const target = input.target.name
    if (ms > slowest.ms) slowest = { ms, target }
    if (verdict === 'taken') taken++
    else if (verdict !== 'refused') {
      findings.push({ index, kind: verdict, target, hex: input.bytes.toString('hex'), problem })
    }
  }
  return { taken, findings, slowest, peakRssBytes: process.resourceUsage().maxRSS * 1024 }
}

process.on('message', (message: Work) => {
  process.send?.(work(message))
})
process.send?.('ready')
