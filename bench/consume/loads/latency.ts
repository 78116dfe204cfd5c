import { type LoadResult, percentiles } from '../../child-report.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Sink, Value } from '../adapters/adapter.ts'
import { nowMicros, stampOf } from '../clock.ts'
import type { Task } from '../task.ts'

/** Reads messages that say when they were sent. */
export async function latency(begin: (sink: Sink) => Promise<unknown>, task: Task): Promise<LoadResult> {
  const { messages: allMessages, warmUpMessages } = task
  const latencies: number[] = []
  let seen = 0
  let stop = stopwatch()
  let onEnd = (): void => {}
  const ended = new Promise<void>(resolve => {
    onEnd = resolve
  })
  await begin({
    add(value: Value) {
      const micros = nowMicros() - stampOf(value)
      if (seen === warmUpMessages) stop = stopwatch()
      if (seen >= warmUpMessages && seen < allMessages) latencies.push(micros / 1e3)
      if (++seen === allMessages) onEnd()
    },
    skip() {
      throw new Error('values must be looked at')
    },
  })
  await ended
  return { ...stop(), messages: latencies.length, allMessages, ...percentiles(latencies) }
}
