import type { LoadResult } from '../../child-report.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Sender } from '../adapters/adapter.ts'
import type { Task } from '../task.ts'

const FIRST = 5_000
const LONG_ENOUGH_MS = 600

/** Sends as many messages in one go as take about `measureMs`, which the warm-up tells. */
export async function throughput(sender: Sender, { warmUpMs, measureMs, maxMessages }: Task): Promise<LoadResult> {
  // The first ones wait for connections and metadata, and tell nothing of the rate.
  let warmedUp = await sender.sendMany(FIRST)
  let count = FIRST
  let perMs = 0
  for (let spentMs = 0, tookMs = 0; spentMs < warmUpMs || tookMs < LONG_ENOUGH_MS; ) {
    if (tookMs < LONG_ENOUGH_MS) count *= 2
    const started = performance.now()
    const sent = await sender.sendMany(count)
    tookMs = performance.now() - started
    warmedUp += sent
    spentMs += tookMs
    perMs = sent / tookMs
  }
  const stop = stopwatch()
  const messages = await sender.sendMany(Math.min(maxMessages, Math.ceil(perMs * measureMs)))
  return { ...stop(), messages, allMessages: warmedUp + messages }
}
