import { decodeRecordBatches } from '../records/batch-decoder.ts'
import { BatchEncoder } from '../records/batch-encoder.ts'
import type { Accumulator } from './accumulator.ts'
import { Batch } from './batch.ts'
import { InParts, type Outcome } from './outcome.ts'
import { advance } from './sequences.ts'

/**
 * Puts two halves back in the place of a batch that the broker finds too large, as Java does: it has the settings of the topic,
 * the producer has not. Sequences stay as they were, so batches behind it still follow.
 */
export function splitBatch(batch: Batch, accumulator: Accumulator): void {
  const { queue, openedAt, deadline, attempts, count } = batch
  const middle = count >> 1
  const encoders = [
    new BatchEncoder({ initialBytes: batch.sizeBytes >> 1 }),
    new BatchEncoder({ initialBytes: batch.sizeBytes >> 1 }),
  ] as const
  let index = 0
  for (const part of decodeRecordBatches(batch.bytes!, { checkCrcs: false, maxDecompressedBytes: Infinity })) {
    for (const { timestamp, key, value, headers } of part) {
      encoders[index++ < middle ? 0 : 1].append(timestamp, key, value, headers.size === 0 ? null : [...headers])
    }
  }
  const halves = encoders.map((encoder, i) => {
    const half = new Batch(queue, encoder, openedAt, deadline)
    half.attempts = attempts
    half.isDue = true
    half.lastError = batch.lastError
    half.mayBeWritten = batch.mayBeWritten
    half.identity = batch.identity
    if (batch.baseSequence >= 0) half.baseSequence = advance(batch.baseSequence, i * middle)
    half.timestamps = batch.timestamps.slice(i * middle, i === 0 ? middle : count)
    half.messages = batch.messages?.slice(i * middle, i === 0 ? middle : count)
    return half
  })
  // The reports count messages that nobody waits for; which half they are in is not known any more.
  const [first, second] = halves as [Batch, Batch]
  first.unattended = Math.min(batch.unattended, first.count)
  second.unattended = batch.unattended - first.unattended
  accumulator.replace(batch, halves)
  queue.putBack(second)
  queue.putBack(first)
  Promise.all(halves.map(half => half.settled)).then((outcomes: Outcome[]) =>
    batch.settle(new InParts(outcomes.map((outcome, i) => ({ count: halves[i]!.count, outcome })))),
  )
}
