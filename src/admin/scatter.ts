import { isMisrouted } from '../cluster/misrouted.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { KafkaError, mayHeal } from '../errors/kafka-error.ts'
import { Broker } from '../network/broker.ts'
import { backoffMs } from '../util/backoff.ts'
import { abortable, sleep } from '../util/wait.ts'
import type { AdminCall } from './call.ts'

/** How items find their brokers, and how a broker is asked about them. */
export interface Errand<Item, Result> {
  /** The broker that each item belongs to, or why there is none, in the order of the items. */
  locate(items: readonly Item[]): Promise<readonly (Broker | KafkaError)[]>
  /** Asks one broker about the items that belong to it; tells of each, in their order. */
  ask(broker: Broker, items: readonly Item[]): Promise<readonly (Result | KafkaError)[]>
  /** Codes that are worth another try besides those of requests that went to the wrong broker. */
  readonly retriable?: readonly number[]
}

/**
 * Brings items to their brokers, with one request a broker, and tells what became of each, in their order. What may heal is tried
 * again, for those that failed alone.
 */
export async function scatter<Item, Result>(
  { client, retry, signal, deadline }: AdminCall,
  items: readonly Item[],
  { locate, ask, retriable = [] }: Errand<NoInfer<Item>, Result>,
): Promise<(Result | KafkaError)[]> {
  const outcomes: (Result | KafkaError)[] = []
  const isWorthIt = (outcome: unknown) =>
    outcome instanceof BrokerError
      ? isMisrouted(outcome.brokerCode) || retriable.includes(outcome.brokerCode)
      : outcome instanceof KafkaError && mayHeal(outcome)
  /** A failure is that of all items that it befalls, unless nobody waits for them any more. */
  const orFailure = async <T>(count: number, call: Promise<readonly T[]>): Promise<readonly (T | KafkaError)[]> => {
    try {
      return await call
    } catch (error) {
      if (!(error instanceof KafkaError) || signal.aborted) throw error
      return new Array<KafkaError>(count).fill(error)
    }
  }
  await client.metadata.ready(signal)
  let pending = items.map((_, i) => i)
  for (let attempt = 1; pending.length > 0; attempt++) {
    const places = await orFailure(pending.length, locate(pending.map(i => items[i]!)))
    const byBroker = new Map<Broker, number[]>()
    for (const [j, place] of places.entries()) {
      const i = pending[j]!
      if (!(place instanceof Broker)) outcomes[i] = place
      else byBroker.set(place, [...(byBroker.get(place) ?? []), i])
    }
    const asked = Array.from(byBroker, async ([broker, theirs]) => {
      const told = await orFailure(
        theirs.length,
        ask(
          broker,
          theirs.map(i => items[i]!),
        ),
      )
      for (const [j, i] of theirs.entries()) outcomes[i] = told[j]!
    })
    await Promise.all(asked)
    pending = pending.filter(i => isWorthIt(outcomes[i]))
    if (pending.length === 0 || attempt > retry.max || performance.now() >= deadline) break
    await abortable(client.metadata.refresh(), signal).catch(() => {})
    await sleep(backoffMs(retry, attempt, outcomes[pending[0]!]), signal)
  }
  return outcomes
}
