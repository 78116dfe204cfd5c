import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { retrying } from '../util/retry.ts'
import { eitherSignal } from '../util/wait.ts'
import type { Client } from './client.ts'
import { OffsetFinder, type OffsetTime, startProblem } from './list-offset.ts'
import { topicNameProblem } from './topic-name.ts'

/** What can be asked of a cluster without a producer, a consumer or an admin. It is `kafka.client`. */
export class KafkaClient {
  readonly #client: Client
  readonly #retry: RetryPolicy
  readonly #offsets: OffsetFinder

  /** @internal */
  constructor(client: Client, retry: RetryPolicy) {
    this.#client = client
    this.#retry = retry
    this.#offsets = new OffsetFinder(client, 'read_uncommitted')
  }

  /**
   * The offset of a place in a partition's log: of its first message, of the next one that will be written, or of the first one that
   * is not older than a time (the next one to be written where there is none). It is tried again by `metadata.retry`. Aborting
   * `signal` drops the wait.
   *
   * @throws {@link ConfigurationError} naming the argument at fault · {@link BrokerError} such as UNKNOWN_TOPIC_OR_PARTITION ·
   * {@link ConnectionError}.
   */
  async getOffset(
    topic: string,
    partition: number,
    from: OffsetTime,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<bigint> {
    checkArguments(topic, partition, from)
    const { metadata, closing } = this.#client
    const either = eitherSignal(closing, signal)
    const onRetry = async ({ remedy }: { readonly remedy: string }) => {
      if (remedy === 'refresh-metadata') await metadata.refresh().catch(() => {})
    }
    try {
      return await retrying(this.#retry, { signal: either.signal, onRetry }, async () => {
        if (metadata.topic(topic) === undefined) {
          // Unlike a look-up, a refresh creates no topic.
          metadata.use(topic)
          await metadata.refresh()
        }
        return this.#offsets.find(topic, partition, from, either.signal)
      })
    } finally {
      either.dispose()
    }
  }
}

function checkArguments(topic: unknown, partition: unknown, from: unknown): void {
  const problems: ConfigurationProblem[] = []
  const topicProblem = topicNameProblem(topic)
  if (topicProblem !== undefined) problems.push({ option: 'topic', problem: topicProblem })
  if (!Number.isInteger(partition) || (partition as number) < 0) {
    problems.push({ option: 'partition', problem: `must be a whole number from 0 on, not ${String(partition)}` })
  }
  const fromProblem = startProblem(from, false)
  if (fromProblem !== undefined) problems.push({ option: 'from', problem: fromProblem })
  if (problems.length > 0) throw new ConfigurationError(problems)
}
