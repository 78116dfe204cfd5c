import { ClosedError } from '../../errors/client-errors.ts'
import { ProducerErrors } from '../../producer/errors.ts'
import type { Producer } from '../../producer/public.ts'
import type { Data, DeliveryReport, ProducerMessage, ProducerStats, RecordMetadata } from '../../producer/types.ts'
import { Fifo } from '../../util/fifo.ts'
import { signalOf, type WaitOptions } from '../../util/known-keys.ts'
import { Bell } from './bell.ts'
import { ExpectationError } from './expectation-error.ts'
import { type ExpectedMessage, mismatch, shown } from './expected-message.ts'
import { iteration } from './iteration.ts'

interface Expectation<K, V> {
  readonly message: ExpectedMessage<K, V> | undefined
  /** Absent where the message is written. */
  readonly failure?: { readonly error: unknown }
}

type Outcome = RecordMetadata | { readonly error: unknown }

/**
 * A producer for tests that sends nothing. It is told in advance which messages to expect, in their order, and what becomes of each;
 * offsets count from 0n in each partition, which is that of the message, else 0. A message that is not expected is refused with an
 * {@link ExpectationError}, and `close()` throws all of those once more, together with what was expected and did not come.
 */
export class MockProducer<K = Data, V = Data> implements Producer<K, V> {
  readonly #expectations = new Fifo<Expectation<K, V>>()
  readonly #problems: string[] = []
  readonly #nextOffsets = new Map<string, bigint>()
  readonly #reports = new Fifo<DeliveryReport<K, V>>()
  readonly #news = new Bell()
  #delivered = 0
  #failed = 0
  #closing: Promise<void> | undefined

  /** The next message is written; it must be as `message` says, by default any. */
  expectSendAndSucceed(message?: ExpectedMessage<K, V>): this {
    this.#expectations.push({ message })
    return this
  }

  /** The next message fails with `error`; it must be as `message` says, by default any. */
  expectSendAndFail(error: unknown, message?: ExpectedMessage<K, V>): this {
    this.#expectations.push({ message, failure: { error } })
    return this
  }

  /** @throws what {@link expectSendAndFail} says · {@link ExpectationError} · {@link ClosedError}. */
  async send(message: ProducerMessage<K, V>, options?: WaitOptions): Promise<RecordMetadata> {
    signalOf(options)?.throwIfAborted()
    const outcome = this.#take(message)
    if ('error' in outcome) throw outcome.error
    return outcome
  }

  /** @throws {@link ProducerErrors} if any failed or was not expected, with each of those messages and its error. */
  async sendAll(messages: readonly ProducerMessage<K, V>[], options?: WaitOptions): Promise<RecordMetadata[]> {
    signalOf(options)?.throwIfAborted()
    const outcomes = await Promise.allSettled(messages.map(message => this.send(message)))
    const errors = outcomes.flatMap((outcome, i) =>
      outcome.status === 'rejected' ? [{ message: messages[i]!, error: outcome.reason as unknown }] : [],
    )
    if (errors.length > 0) throw new ProducerErrors(errors, messages.length)
    return outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  }

  /**
   * Always has room. {@link deliveries} tell of the outcome.
   *
   * @throws {@link ExpectationError} · {@link ClosedError}.
   */
  enqueue(message: ProducerMessage<K, V>): boolean {
    this.#take(message)
    return true
  }

  async ready(options?: WaitOptions): Promise<void> {
    signalOf(options)?.throwIfAborted()
    if (this.#closing !== undefined) throw closed()
  }

  /** A report for each message that was expected, those before the call too. Ends when the producer is closed and all was read. */
  deliveries(): AsyncIterableIterator<DeliveryReport<K, V>, undefined> {
    let hasLeft = false
    const next = async () => {
      while (!hasLeft) {
        const report = this.#reports.shift()
        if (report !== undefined || this.#closing !== undefined) return report
        await this.#news.wait()
      }
      return undefined
    }
    return iteration(next, () => {
      hasLeft = true
      this.#news.ring()
    })
  }

  /** There is never anything to wait for. */
  async flush(options?: WaitOptions): Promise<void> {
    signalOf(options)?.throwIfAborted()
  }

  stats(): ProducerStats {
    return {
      bufferedBytes: 0,
      bufferedMessages: 0,
      waiting: 0,
      requestsInFlight: 0,
      batches: this.#delivered + this.#failed,
      delivered: this.#delivered,
      failed: this.#failed,
      retries: 0,
      compressionRatio: 1,
    }
  }

  /**
   * Ends it, and checks that all came as expected. Each call has the same outcome, so that the test sees it though the service was first.
   *
   * @throws {@link ExpectationError} that lists all that did not.
   */
  async close(options?: WaitOptions): Promise<void> {
    signalOf(options)
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    this.#news.ring()
    for (const { message } of this.#expectations) {
      const which = message === undefined || typeof message === 'function' ? '' : ` with ${shown(message)}`
      this.#problems.push(`expected a message${which}, but none was sent`)
    }
    if (this.#problems.length > 0) throw new ExpectationError(this.#problems)
  }

  #take(message: ProducerMessage<K, V>): Outcome {
    if (this.#closing !== undefined) throw closed()
    const expectation = this.#expectations.shift()
    const problem =
      expectation === undefined
        ? `expected no message any more, but ${shown(message)} was sent`
        : mismatch(message, expectation.message)
    if (problem !== undefined) {
      this.#problems.push(problem)
      throw new ExpectationError([problem])
    }
    const { topic, partition = 0, timestamp = Date.now() } = message
    const failure = expectation?.failure
    if (failure !== undefined) {
      this.#failed++
      this.#report({ topic, partition, baseOffset: -1n, messages: [message], error: failure.error })
      return failure
    }
    const name = `${topic}-${partition}`
    const offset = this.#nextOffsets.get(name) ?? 0n
    this.#nextOffsets.set(name, offset + 1n)
    this.#delivered++
    this.#report({ topic, partition, baseOffset: offset, messages: [message] })
    return { topic, partition, offset, timestamp }
  }

  #report(report: DeliveryReport<K, V>): void {
    this.#reports.push(report)
    this.#news.ring()
  }
}

/** A producer for tests, without a cluster; its types are those of the producer whose place it takes. */
export function mockProducer<K = Data, V = Data>(): MockProducer<K, V> {
  return new MockProducer()
}

function closed(): ClosedError {
  return new ClosedError('the producer is closed')
}
