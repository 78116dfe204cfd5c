import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadResult } from '../../child-report.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Sink, Value } from '../adapters/adapter.ts'
import type { Task } from '../task.ts'

/** Reads all that there is, or as much as goes in the time. */
export async function throughput(begin: (sink: Sink) => Promise<unknown>, task: Task): Promise<LoadResult> {
  const tally = new Tally(task.valueBytes)
  await begin(tally)
  await tally.reached(task.warmUpMessages)
  const before = tally.messages
  const stop = stopwatch()
  await Promise.race([tally.reached(task.messages), sleep(task.measureMs)])
  const elapsed = stop()
  if (tally.bytes !== tally.messages * task.valueBytes) {
    throw new Error(`${tally.messages} messages of ${task.valueBytes} bytes had ${tally.bytes}`)
  }
  return { ...elapsed, messages: tally.messages - before, allMessages: tally.messages }
}

class Tally implements Sink {
  messages = 0
  bytes = 0
  readonly #valueBytes: number
  #mark = Infinity
  #onMark = (): void => {}

  constructor(valueBytes: number) {
    this.#valueBytes = valueBytes
  }

  add(value: Value): void {
    this.bytes += value.length
    if (++this.messages === this.#mark) this.#onMark()
  }

  skip(messages: number): void {
    this.bytes += messages * this.#valueBytes
    const before = this.messages
    this.messages += messages
    if (before < this.#mark && this.messages >= this.#mark) this.#onMark()
  }

  reached(messages: number): Promise<void> {
    return new Promise(resolve => {
      if (this.messages >= messages) return resolve()
      this.#mark = messages
      this.#onMark = resolve
    })
  }
}
