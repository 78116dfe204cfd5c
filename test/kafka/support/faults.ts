import type { Kafka } from '../../../src/index.ts'
import type { ErrorEvent } from '../../../src/observe/hooks.ts'
import { newTopic } from '../../support/kafka.ts'
import { type Findings, Ledger } from './ledger.ts'

/** The time for a test that breaks brokers, on a machine that has much more to do: an end to waiting, no measure. */
export const FAULT_MS = 300_000

/** Of a broker that is back soon the partitions that it led before are led by it again. */
export const quickToMend = { 'leader.imbalance.check.interval.seconds': '1' } as const

/** All brokers have all partitions. Broker 1, which faults befall, leads the first and the last. */
export const replicaAssignment = [
  [1, 2, 3],
  [2, 3, 1],
  [3, 1, 2],
  [1, 3, 2],
] as const

/** A topic of these partitions, with a ledger for it. */
export async function newLedger(kafka: Kafka): Promise<Ledger> {
  const topic = await newTopic(kafka, { replicaAssignment, partitions: undefined })
  return new Ledger(topic, replicaAssignment.length)
}

/** What goes wrong inside of a client, for a test to wait for. */
export class Troubles {
  readonly hooks = { onError: (event: ErrorEvent) => this.#onError(event) }
  #waiting: { readonly isIt: (event: ErrorEvent) => boolean; readonly resolve: () => void }[] = []

  /** Resolves when the next trouble of this kind is told. */
  next(isIt: (event: ErrorEvent) => boolean): Promise<void> {
    return new Promise(resolve => this.#waiting.push({ isIt, resolve }))
  }

  #onError(event: ErrorEvent): void {
    const over = this.#waiting.filter(({ isIt }) => isIt(event))
    this.#waiting = this.#waiting.filter(one => !over.includes(one))
    for (const { resolve } of over) resolve()
  }
}

/** Prints what was found, as the numbers of one run and another are worth comparing. */
export function report(what: string, findings: Findings, more: object = {}): void {
  const all = Object.entries({ ...findings, ...more }).filter(([, count]) => count !== 0)
  console.log(`${what}: ${all.map(([name, count]) => `${name} ${count}`).join(', ')}`)
}
