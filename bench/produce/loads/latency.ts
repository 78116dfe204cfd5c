import { type LoadResult, percentiles } from '../../child-report.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Sender } from '../adapters/adapter.ts'
import type { Task } from '../task.ts'

/** Loops that each wait for one message before they send the next. */
export async function latency(sender: Sender, { loops, warmUpMs, measureMs }: Task): Promise<LoadResult> {
  const warmUp = await sendFor(sender, loops, warmUpMs)
  const stop = stopwatch()
  const latencies = await sendFor(sender, loops, measureMs)
  const elapsed = stop()
  return {
    ...elapsed,
    messages: latencies.length,
    allMessages: warmUp.length + latencies.length,
    ...percentiles(latencies),
  }
}

async function sendFor(sender: Sender, loops: number, durationMs: number): Promise<number[]> {
  const latencies: number[] = []
  const end = performance.now() + durationMs
  const loop = async (): Promise<void> => {
    for (let sent = performance.now(); sent < end; ) {
      await sender.sendOne()
      const acknowledged = performance.now()
      latencies.push(acknowledged - sent)
      sent = acknowledged
    }
  }
  await Promise.all(Array.from({ length: loops }, loop))
  return latencies
}
