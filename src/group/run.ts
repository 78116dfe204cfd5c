import type { Message } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import { ConfigurationError } from '../errors/client-errors.ts'
import { objectProblems, refuse } from '../util/known-keys.ts'
import { describeValue } from '../util/options.ts'
import { onAbort } from '../util/wait.ts'
import type { Claim, ConsumerGroupHandler, GroupSession } from './types.ts'

/** What a function of {@link RunOptions} may use beside the message. */
export interface RunContext<K = Buffer, V = Buffer> {
  readonly session: GroupSession<K, V>
  readonly claim: Claim<K, V>
  /** Aborted when the partition has to be given up: finish soon. */
  readonly signal: AbortSignal
}

/** Options of {@link ConsumerGroup.run}: one of `eachMessage` and `eachBatch`. */
export interface RunOptions<K = Buffer, V = Buffer> {
  /** Called for one message of a partition after the other; each is processed, and marked, when the function is done with it. */
  readonly eachMessage?: ((message: Message<K, V>, context: RunContext<K, V>) => unknown) | undefined
  /** Called for one batch of a partition after the other; each is processed, and marked, when the function is done with it. */
  readonly eachBatch?: ((batch: MessageBatch<K, V>, context: RunContext<K, V>) => unknown) | undefined
  /** How many partitions are worked on at a time. Default: all. */
  readonly concurrency?: number | undefined
  /** Ends the consuming. */
  readonly signal?: AbortSignal | undefined
}

/** The handler that does so. @throws {@link ConfigurationError} */
export function runHandler<K, V>(options: RunOptions<K, V>): ConsumerGroupHandler<K, V> {
  refuse(objectProblems(options, 'options', ['eachMessage', 'eachBatch', 'concurrency', 'signal']))
  const { eachMessage, eachBatch, concurrency = Infinity } = options
  const problem = (option: string, problem: string) => new ConfigurationError([{ option, problem }])
  if (typeof eachMessage !== 'function' && typeof eachBatch !== 'function') {
    throw problem('eachMessage', 'must be a function, unless eachBatch is one')
  }
  if (eachMessage !== undefined && eachBatch !== undefined) {
    throw problem('eachBatch', 'cannot be given beside eachMessage: every message would be handled twice')
  }
  if (!(Number.isInteger(concurrency) || concurrency === Infinity) || concurrency < 1) {
    throw problem('concurrency', `must be an integer from 1 on, not ${describeValue(concurrency)}`)
  }
  const turns = concurrency === Infinity ? undefined : new Turns(concurrency)
  return {
    async consumeClaim(session, claim) {
      const context = { session, claim, signal: claim.signal }
      if (eachMessage === undefined) {
        for await (const batch of claim.batches()) {
          if (turns !== undefined && !(await isTurnOf(claim, turns))) return
          try {
            await eachBatch!(batch, context)
            session.markBatch(batch)
          } finally {
            turns?.give()
          }
        }
        return
      }
      const messages = claim[Symbol.asyncIterator]()
      for (;;) {
        const message = claim.take() ?? (await messages.next()).value
        if (message === undefined) return
        if (turns !== undefined && !(await isTurnOf(claim, turns))) return
        try {
          const working = eachMessage(message, context)
          // To wait for nothing costs as much as to read the message.
          if (working !== undefined) await working
          session.markMessage(message)
        } finally {
          turns?.give()
        }
      }
    },
  }
}

/** Waits for its turn; resolves with false when the claim ends before. */
async function isTurnOf<K, V>(claim: Claim<K, V>, turns: Turns): Promise<boolean> {
  claim.isQueued = true
  const isTurn = await turns.take(claim.signal)
  claim.isQueued = false
  return isTurn
}

/** Lets only so many work at a time, in the order in which they come. */
class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(count: number) {
    this.#free = count
  }

  /** Resolves when it is our turn; with false when the signal is aborted before, which may not have to wait for who works. */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    if (this.#free > 0) {
      this.#free--
      return true
    }
    return new Promise(resolve => {
      const forget = onAbort(signal, () => {
        this.#waiting.delete(begin)
        resolve(false)
      })
      const begin = () => {
        forget()
        resolve(true)
      }
      this.#waiting.add(begin)
    })
  }

  give(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free++
    } else {
      this.#waiting.delete(next)
      next()
    }
  }
}
