import type { Client } from '../cluster/client.ts'
import { topicNameProblem } from '../cluster/topic-name.ts'
import { ClosedError, ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { objectProblems } from '../util/known-keys.ts'
import type { Options } from '../util/options.ts'
import { onAbort } from '../util/wait.ts'
import { Feed } from './feed.ts'
import { Fetcher } from './fetcher.ts'
import type { consumerOptions } from './options.ts'
import { PartitionConsumer } from './partition-consumer.ts'
import type { ConsumePartitionOptions, StartOffset } from './types.ts'

export type ConsumerOptions = Options<typeof consumerOptions>

/** Reads partitions without a group. Made by `kafka.consumer()`. */
export class Consumer implements AsyncDisposable {
  readonly #options: ConsumerOptions
  readonly #maxDecompressedBytes: number
  readonly #fetcher: Fetcher
  readonly #onClosed: () => void
  readonly #feeds = new Set<Feed>()
  #isClosed = false

  /** @internal */
  constructor(client: Client, options: ConsumerOptions, maxDecompressedBytes: number, onClosed: () => void) {
    this.#options = options
    this.#maxDecompressedBytes = maxDecompressedBytes
    this.#fetcher = new Fetcher(client, options)
    this.#onClosed = onClosed
  }

  /**
   * Starts to read one partition, in the background. Errors come out of the iteration.
   *
   * @throws {@link ConfigurationError} for a topic, partition or start that cannot be · {@link ClosedError}.
   */
  consumePartition(topic: string, partition: number, options: ConsumePartitionOptions = {}): PartitionConsumer {
    if (this.#isClosed) throw new ClosedError('the consumer is closed')
    const problems = objectProblems(options, 'options', ['from', 'signal'])
    if (problems.length > 0) throw new ConfigurationError(problems)
    const { from = this.#options.offsets.initial, signal } = options
    checkArguments(topic, partition, from)
    this.#checkUnread(topic, partition)
    const { checkCrcs } = this.#options
    const ended = new AbortController()
    const feed = new Feed(
      { topic, partition },
      { checkCrcs, maxDecompressedBytes: this.#maxDecompressedBytes },
      () => this.#fetcher.onTaken(),
      () => {
        this.#feeds.delete(feed)
        this.#fetcher.onEnded(feed)
        forget()
        ended.abort(new ClosedError(`${feed.name} is read no more`))
      },
    )
    this.#feeds.add(feed)
    let forget = () => {}
    if (signal !== undefined) forget = onAbort(signal, () => feed.close())
    if (!feed.isEnded) void this.#fetcher.start(feed, from, ended.signal)
    return new PartitionConsumer(feed)
  }

  #checkUnread(topic: string, partition: number): void {
    for (const feed of this.#feeds) {
      if (feed.topic !== topic || feed.partition !== partition) continue
      const problem = `${feed.name} is being read by this consumer: close that first, or read with another consumer`
      throw new ConfigurationError([{ option: 'partition', problem }])
    }
  }

  /** Ends all iterations of its partitions. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const feed of [...this.#feeds]) feed.close()
    this.#fetcher.close()
    this.#onClosed()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function checkArguments(topic: string, partition: number, from: StartOffset): void {
  const problems: ConfigurationProblem[] = []
  const topicProblem = topicNameProblem(topic)
  if (topicProblem !== undefined) problems.push({ option: 'topic', problem: topicProblem })
  if (!Number.isInteger(partition) || partition < 0) {
    problems.push({ option: 'partition', problem: `must be a whole number from 0 on, not ${String(partition)}` })
  }
  const isOffset = typeof from === 'bigint' && from >= 0n && from < 2n ** 63n
  const isTime = from instanceof Date && !Number.isNaN(from.getTime())
  if (!isOffset && !isTime && from !== 'oldest' && from !== 'newest') {
    const problem = `must be 'oldest', 'newest', an offset (a bigint from 0n on) or a Date, not ${String(from)}`
    problems.push({ option: 'from', problem })
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
}
