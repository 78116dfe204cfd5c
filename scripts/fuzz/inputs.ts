import { Random } from '../../test/unit/protocol/random.ts'
import { framingTargets, messageTargets } from './message-targets.ts'
import { mutated } from './mutate.ts'
import { recordTargets } from './record-targets.ts'
import type { Target } from './target.ts'

export interface Input {
  readonly target: Target
  readonly bytes: Buffer
}

/** The inputs of a run. Each follows from the run's seed and its number alone, so that any of them can be had again. */
export class Inputs {
  readonly targets: readonly Target[]
  /** Of the bodies there are hundreds of kinds and of the others a few, which have more to them: each side gets its half. */
  readonly #halves: readonly (readonly Target[])[]
  readonly #seed: number

  constructor(seed: number, only = '') {
    const halves = [messageTargets(), [...framingTargets(), ...recordTargets()]]
    const chosen = halves.map(half => half.filter(({ name }) => name.includes(only)))
    this.#halves = chosen.filter(half => half.length > 0)
    this.targets = chosen.flat()
    this.#seed = seed
    if (this.targets.length === 0) throw new Error(`no target's name has "${only}" in it`)
  }

  at(index: number): Input {
    const random = new Random(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b))
    const target = random.pick(random.pick(this.#halves))
    const seeds = target.seeds()
    const bytes = mutated(random.pick(seeds), random.pick(seeds), random)
    // With checksums that are wrong, damage does not get far: most of the time they are made right.
    if (target.reseal !== undefined && random.below(4) > 0) target.reseal(bytes)
    return { target, bytes }
  }

  /** Every target must take its seeds, or damage would be done to what is refused anyhow. */
  checkSeeds(): void {
    for (const { name, seeds, read } of this.targets) {
      for (const [i, bytes] of seeds().entries()) {
        try {
          read(bytes)
        } catch (cause) {
          throw new Error(`${name}: seed ${i} is refused: ${bytes.toString('hex')}`, { cause })
        }
      }
    }
  }
}
