import { describe, expect, it, vi } from 'vitest'
import { SingleFlight } from '../../../src/util/single-flight.ts'

describe('SingleFlight', () => {
  it('makes one call for all who come while it is under way, and another for who comes later', async () => {
    const flight = new SingleFlight<number>()
    let calls = 0
    let land!: () => void
    const call = vi.fn(() => new Promise<number>(resolve => (land = () => resolve(++calls))))
    const together = [flight.run(call), flight.run(call)]
    expect(call).toHaveBeenCalledTimes(1)
    land()
    expect(await Promise.all(together)).toEqual([1, 1])
    const later = flight.run(call)
    land()
    expect(await later).toBe(2)
  })

  it('fails for all who came, and starts anew after that', async () => {
    const flight = new SingleFlight<number>()
    const fail = async () => {
      throw new Error('down')
    }
    const together = await Promise.allSettled([flight.run(fail), flight.run(async () => 1)])
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await flight.run(async () => 2)).toBe(2)
  })
})
