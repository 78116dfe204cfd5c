import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fifo } from '../../../src/util/fifo.ts'

type Step = 'push' | 'shift' | 'unshift' | 'clear'

describe('Fifo', () => {
  it('does what an array does', () => {
    // Mostly pushes and shifts in long runs, so that the emptied front is given back now and then.
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<Step>('push', 'shift') },
      { weight: 1, arbitrary: fc.constant<Step>('unshift') },
      { weight: 1, arbitrary: fc.constant<Step>('clear') },
    )
    const runs = fc.array(fc.record({ step, times: fc.integer({ min: 1, max: 150 }) }), { maxLength: 12 })
    fc.assert(
      fc.property(runs, runs => {
        const fifo = new Fifo<number>()
        let model: number[] = []
        let next = 0
        for (const { step, times } of runs) {
          for (let i = 0; i < times; i++) {
            if (step === 'push') {
              fifo.push(next)
              model.push(next++)
            } else if (step === 'unshift') {
              fifo.unshift(next)
              model.unshift(next++)
            } else if (step === 'shift') expect(fifo.shift()).toBe(model.shift())
            else {
              fifo.clear()
              model = []
            }
          }
          expect([...fifo]).toEqual(model)
          expect([fifo.size, fifo.peek(), fifo.last()]).toEqual([model.length, model[0], model.at(-1)])
        }
      }),
    )
  })
})
