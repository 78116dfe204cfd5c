import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadResult } from '../../child-report.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Sink } from '../adapters/adapter.ts'
import type { Task } from '../task.ts'

/** Waits for messages that do not come. */
export async function idle(begin: (sink: Sink) => Promise<unknown>, task: Task): Promise<LoadResult> {
  const unexpected = (): never => {
    throw new Error('there was something to read')
  }
  await begin({ add: unexpected, skip: unexpected })
  await sleep(task.warmUpMs)
  const stop = stopwatch()
  await sleep(task.measureMs)
  return { ...stop(), messages: 0, allMessages: 0 }
}
