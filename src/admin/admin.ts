import type { Client } from '../cluster/client.ts'
import { ClosedError } from '../errors/client-errors.ts'
import type { Options } from '../util/options.ts'
import type { adminOptions } from './options.ts'
import {
  type AdminCallOptions,
  type AdminContext,
  type CreatedTopic,
  type CreateTopicsOptions,
  createTopics,
  deleteTopics,
  type NewTopic,
  type TopicOutcome,
} from './topics.ts'

export type AdminOptions = Options<typeof adminOptions>

/** Administers the cluster. Each item of a call has its own outcome. Made by `kafka.admin()`. */
export class Admin implements AsyncDisposable {
  readonly #context: AdminContext
  #isClosed = false

  /** @internal */
  constructor(client: Client, { timeoutMs, retry }: AdminOptions) {
    this.#context = { client, timeoutMs, retry }
  }

  /**
   * Creates topics. The outcomes come in the order of `topics`.
   *
   * @throws {@link ConfigurationError} for arguments that cannot be; {@link ConnectionError}, {@link TimeoutError} when no
   * broker answers. What a broker says of a topic is that topic's `error`.
   */
  async createTopics(topics: readonly NewTopic[], options: CreateTopicsOptions = {}): Promise<CreatedTopic[]> {
    return createTopics(this.#open(), topics, options)
  }

  /** Deletes topics, with all their messages. The outcomes come in the order of `names`. Throws as {@link Admin.createTopics} does. */
  async deleteTopics(names: readonly string[], options: AdminCallOptions = {}): Promise<TopicOutcome[]> {
    return deleteTopics(this.#open(), names, options)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(): AdminContext {
    if (this.#isClosed) throw new ClosedError('the admin is closed')
    return this.#context
  }
}
