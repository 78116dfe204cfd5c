import { expect } from 'vitest'
import { ClosedError, type Kafka, type Producer } from '../../../src/index.ts'
import { newLedger, report } from './faults.ts'
import { Flow } from './flow.ts'
import { exactlyOnce } from './ledger.ts'

/** So many messages of each producer have been acknowledged when the fault begins … */
const BEFORE = 10_000
/** … and so many more are being sent as fast as that goes. */
const BURST = 50_000
/** More than there is time for. */
const COUNT = 1_000_000

export interface Fault {
  readonly name: string
  begin(): Promise<unknown>
  /** Resolves when a producer has noticed. */
  noticed(): Promise<unknown>
  end(): Promise<unknown>
}

/**
 * Closes two producers in the middle of a fault. Asserts that the one which may take its time sends everything, that the
 * other, whose closing is aborted, says how many messages it has given up, and that everything acknowledged is in Kafka.
 *
 * @returns how many were given up, and the topics.
 */
export async function closeAmid(kafka: Kafka, fault: Fault): Promise<{ givenUp: number; topics: string[] }> {
  const ledgers = [await newLedger(kafka), await newLedger(kafka)] as const
  // The second one has no room for more when it is closed.
  const producers = [kafka.producer(), kafka.producer({ maxBufferedBytes: 1 << 20 })] as const
  const flows = [
    new Flow(producers[0], ledgers[0], COUNT, 'send'),
    new Flow(producers[1], ledgers[1], COUNT, 'enqueue'),
  ] as const
  for (const flow of flows) flow.fast(BURST)
  await Promise.all(ledgers.map(({ acknowledged }) => acknowledged.reaches(BEFORE)))
  const noticed = fault.noticed()
  await fault.begin()
  for (const flow of flows) flow.stop()
  const closing = producers[0].close()
  const givenUp = await closeUntil(producers[1], noticed)
  // All have their outcome by then, though nothing has healed.
  await flows[1].done()
  expect(givenUp).toBe(ledgers[1].failed.value)
  for (const { error } of ledgers[1].failures()) expect(error).toBeInstanceOf(ClosedError)
  await fault.end()
  await closing
  await flows[0].done()
  const [inGoodOrder, byForce] = [await ledgers[0].compare(kafka), await ledgers[1].compare(kafka)]
  report(`closed while ${fault.name}`, inGoodOrder)
  report(`closed by force while ${fault.name}`, byForce)
  expect(inGoodOrder).toMatchObject({ ...exactlyOnce, failed: 0 })
  expect(byForce).toMatchObject(exactlyOnce)
  return { givenUp, topics: ledgers.flatMap(({ topics }) => topics) }
}

/** Closes a producer, and aborts that when `enough` resolves. Tells how many messages it says that it has given up. */
async function closeUntil(producer: Producer, enough: Promise<unknown>): Promise<number> {
  const abort = new AbortController()
  const closing = producer.close({ signal: abort.signal }).then(
    () => 0,
    (error: unknown) => {
      expect(error).toBeInstanceOf(ClosedError)
      return Number(
        /^the producer was closed before (\d+) messages were sent$/.exec((error as ClosedError).message)?.[1],
      )
    },
  )
  await Promise.race([enough, closing])
  abort.abort(new Error('enough'))
  return closing
}
