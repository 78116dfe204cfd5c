import { ConnectionError, TimeoutError } from '../errors/client-errors.ts'
import { KafkaError, mayHeal } from '../errors/kafka-error.ts'
import { type Address, formatAddress } from '../network/address.ts'
import { Broker } from '../network/broker.ts'
import type { NetContext } from '../network/context.ts'
import { within } from '../util/wait.ts'
import type { Snapshot } from './snapshot.ts'

/** Gives the bootstrap addresses; asked again whenever no known broker can be reached. */
export type Bootstrap = () => Promise<readonly Address[]>

/** The brokers of the cluster by node id, and the way in while none is known. */
export class Brokers {
  readonly #bootstrap: Bootstrap
  readonly #context: NetContext
  readonly #onLost: () => void
  readonly #byId = new Map<number, Broker>()
  /** Brokers made for one try at a bootstrap address. */
  readonly #visitors = new Set<Broker>()

  constructor(bootstrap: Bootstrap, context: NetContext, onLost: () => void) {
    this.#bootstrap = bootstrap
    this.#context = context
    this.#onLost = onLost
  }

  get(nodeId: number): Broker | undefined {
    return this.#byId.get(nodeId)
  }

  /** Takes over the brokers of a new snapshot. One that has moved to another address is a new one. */
  update(snapshot: Snapshot): void {
    const gone: Broker[] = []
    for (const [nodeId, broker] of this.#byId) {
      const now = snapshot.brokers.get(nodeId)
      if (now !== undefined && now.host === broker.address.host && now.port === broker.address.port) continue
      this.#byId.delete(nodeId)
      gone.push(broker)
    }
    for (const { nodeId, host, port } of snapshot.brokers.values()) {
      if (this.#byId.has(nodeId)) continue
      this.#byId.set(nodeId, new Broker(nodeId, { host, port }, this.#context, this.#onLost))
    }
    // Last, as those whose requests fail by it look for other brokers at once.
    for (const broker of gone) {
      const address = formatAddress(broker.address)
      broker.close(new ConnectionError(address, `${broker.label} has left the cluster or moved to another address`))
    }
  }

  /**
   * Makes a call that any broker can answer: those with an open connection are asked first, then the other known ones,
   * then the bootstrap addresses (KIP-899), until one answers.
   *
   * @throws the error of the only address, or a {@link ConnectionError} that names every address that was tried and why
   * it failed.
   */
  async callAny<T>(call: (broker: Broker) => Promise<T>, signal: AbortSignal): Promise<T> {
    const failures: Failure[] = []
    const attempt = async (broker: Broker): Promise<{ value: T } | undefined> => {
      try {
        return { value: await call(broker) }
      } catch (error) {
        // Wrong credentials are wrong for all brokers, and too many failures may lock the user out.
        if (!(error instanceof KafkaError) || error.remedy === 'fatal' || signal.aborted) throw error
        this.#context.logger.debug('a broker could not be asked', { broker: broker.label, error: error.message })
        failures.push({ label: broker.label, error })
        return undefined
      }
    }
    const known = shuffled([...this.#byId.values()])
    known.sort((a, b) => Number(b.isConnected('general')) - Number(a.isConnected('general')))
    for (const broker of known) {
      const answer = await attempt(broker)
      if (answer !== undefined) return answer.value
    }
    const tried = new Set(known.map(broker => formatAddress(broker.address)))
    for (const address of shuffled(await this.#addresses(failures, signal))) {
      if (tried.has(formatAddress(address))) continue
      const visitor = new Broker(-1, address, this.#context, () => {})
      this.#visitors.add(visitor)
      try {
        const answer = await attempt(visitor)
        if (answer !== undefined) return answer.value
      } finally {
        visitor.close()
        this.#visitors.delete(visitor)
      }
    }
    throw nobodyAnswered(failures)
  }

  /** The bootstrap addresses, or none, with the failure, where they cannot be found out in time. */
  async #addresses(failures: Failure[], signal: AbortSignal): Promise<readonly Address[]> {
    const { dialTimeoutMs } = this.#context.net
    const late = () => new Error(`no answer within net.dialTimeoutMs (${dialTimeoutMs} ms)`)
    try {
      return await within(this.#bootstrap(), dialTimeoutMs, late, signal)
    } catch (cause) {
      if (signal.aborted || cause instanceof KafkaError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      const error = new ConnectionError('brokers()', `brokers: the function that finds them failed: ${reason}`, {
        cause,
      })
      failures.push({ label: 'brokers()', error })
      return []
    }
  }

  close(): void {
    for (const broker of this.#byId.values()) broker.close()
    for (const visitor of this.#visitors) visitor.close()
  }
}

interface Failure {
  readonly label: string
  readonly error: KafkaError
}

function nobodyAnswered(failures: readonly Failure[]): KafkaError {
  const [first] = failures
  if (first === undefined) return new ConnectionError('', 'brokers: no bootstrap address was given')
  if (failures.length === 1) return first.error
  // One that may heal is worth another try, whatever the others are.
  const worth = failures.find(({ error }) => mayHeal(error)) ?? first
  const lines = failures.map(({ error }) => `  ${error.message}`).join('\n')
  const message = `none of ${failures.length} brokers answered:\n${lines}`
  const cause = new AggregateError(failures.map(({ error }) => error))
  return worth.error instanceof TimeoutError || worth.error instanceof ConnectionError
    ? new ConnectionError(failures.map(({ label }) => label).join(', '), message, { cause })
    : worth.error
}

function shuffled<T>(items: readonly T[]): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const swap = out[i]!
    out[i] = out[j]!
    out[j] = swap
  }
  return out
}
