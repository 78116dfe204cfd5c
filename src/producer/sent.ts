import type { Batch } from './batch.ts'
import type { Outcome } from './outcome.ts'
import type { ProducerMessage, RecordMetadata } from './types.ts'

/** A message that was accepted: its place in a batch, or a promise where it has none yet. */
export type Sent = { readonly batch: Batch; readonly index: number } | Promise<RecordMetadata>

interface Settled<K, V> {
  readonly written: RecordMetadata[]
  readonly errors: { readonly message: ProducerMessage<K, V>; readonly error: unknown }[]
}

/** The outcomes of all messages: those of one batch cost one promise together. */
export async function settledAll<K, V>(
  sent: readonly Sent[],
  messages: readonly ProducerMessage<K, V>[],
): Promise<Settled<K, V>> {
  const own = Promise.allSettled(sent.filter(each => each instanceof Promise))
  const batches = [...new Set(sent.flatMap(each => (each instanceof Promise ? [] : [each.batch])))]
  const outcomes = new Map<Batch, Outcome>()
  await Promise.all(batches.map(async batch => outcomes.set(batch, await batch.settled)))
  const others = (await own)[Symbol.iterator]()
  const written: RecordMetadata[] = []
  const errors: { readonly message: ProducerMessage<K, V>; readonly error: unknown }[] = []
  sent.forEach((each, i) => {
    try {
      if (!(each instanceof Promise)) {
        written.push(outcomes.get(each.batch)!.at(each.index))
        return
      }
      const result = others.next().value!
      if (result.status === 'rejected') throw result.reason
      written.push(result.value)
    } catch (error) {
      errors.push({ message: messages[i]!, error })
    }
  })
  return { written, errors }
}
