import type { LoadResult } from '../../child-report.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Sender } from '../adapters/adapter.ts'
import type { Task } from '../task.ts'

/** Sends it all, faster than the broker takes it: what is of interest is the memory. */
export async function memory(sender: Sender, { maxMessages }: Task): Promise<LoadResult> {
  const stop = stopwatch()
  const messages = await sender.sendMany(maxMessages)
  return { ...stop(), messages, allMessages: messages }
}
