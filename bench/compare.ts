import type { Measured, Unavailable } from './child-report.ts'
import type { Options } from './command-line.ts'
import { type Contestant, nameOf, type Workload } from './contest.ts'

export type Outcome = Measured | Unavailable | { readonly failed: string }

/** The results of one contestant, one a round. */
export interface Entry<C extends Contestant> {
  readonly contestant: C
  readonly results: Measured[]
}

/** Each round has every client once, as the machine's speed drifts. */
export async function compare<C extends Contestant, W extends Workload>(
  { contestants, workloads, rounds }: Options<C, W>,
  run: (contestant: C, workload: W) => Promise<Outcome>,
  show: (workload: W, entries: readonly Entry<C>[]) => string,
): Promise<void> {
  for (const workload of workloads) {
    const leftOut = new Map<string, string>()
    const entries: Entry<C>[] = contestants
      .filter(contestant => contestant.workloads.includes(workload.id))
      .map(contestant => ({ contestant, results: [] }))
    for (let round = 0; round < rounds; round++) {
      for (const entry of [...entries]) {
        const outcome = await run(entry.contestant, workload)
        if ('unavailable' in outcome) {
          entries.splice(entries.indexOf(entry), 1)
          leftOut.set(nameOf(entry.contestant), outcome.unavailable)
        } else if ('failed' in outcome) leftOut.set(`${nameOf(entry.contestant)}, a round`, outcome.failed)
        else entry.results.push(outcome)
      }
    }
    console.log(show(workload, entries))
    for (const [name, reason] of leftOut) console.log(`Left out: ${name}: ${reason}`)
    console.log()
  }
}
