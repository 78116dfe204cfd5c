import type { Client } from '../cluster/client.ts'
import { type IsolationLevel, OffsetFinder, type OffsetTime, type StartOffset } from '../cluster/list-offset.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { partitionsHint } from '../cluster/topic-name.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { retrying } from '../util/retry.ts'
import { abortable } from '../util/wait.ts'
import { isForMetadata } from './failures.ts'
import type { Feed } from './feed.ts'
import type { Divergence } from './fetch-answer.ts'
import type { Reports } from './reports.ts'
import { TopicLookUps } from './topic-look-ups.ts'
import { findDivergence } from './truncation.ts'

/** Where reading goes on when its offset is not in the log. */
export type ResetPolicy = 'nearest' | 'oldest' | 'newest' | 'fail'

export interface QuestionsOptions {
  readonly retry: RetryPolicy
  readonly isolationLevel: IsolationLevel
}

/** The beginning of a feed. */
export interface Start {
  readonly topicId: string
  readonly offset: bigint
}

/** What has to be asked before a feed can be fetched, or fetched on. Each question is asked again while that may help. */
export class Questions {
  readonly #client: Client
  readonly #retry: RetryPolicy
  readonly #reports: Reports
  readonly #topics: TopicLookUps
  readonly #offsets: OffsetFinder

  constructor(client: Client, { retry, isolationLevel }: QuestionsOptions, reports: Reports) {
    this.#client = client
    this.#retry = retry
    this.#reports = reports
    this.#topics = new TopicLookUps(client.metadata)
    this.#offsets = new OffsetFinder(client, isolationLevel)
  }

  async start(feed: Feed, from: StartOffset, signal: AbortSignal): Promise<Start> {
    const { topicId } = await this.#lookUp(feed, signal)
    return { topicId, offset: typeof from === 'bigint' ? from : await this.offset(feed, from, signal) }
  }

  offset(feed: Feed, time: OffsetTime, signal: AbortSignal): Promise<bigint> {
    return this.#ask(feed, signal, () => this.#offsets.find(feed.topic, feed.partition, time, signal))
  }

  /**
   * The offset at which a feed is read on whose own is not in the log, as its leader says. It is its own where that is in the log
   * after all.
   */
  async reset(feed: Feed, policy: Exclude<ResetPolicy, 'fail'>, signal: AbortSignal): Promise<bigint> {
    const { metadata } = this.#client
    // It may be another topic of that name. Where it cannot be found out the leader cannot be asked either.
    await abortable(
      metadata.refresh().catch(() => {}),
      signal,
    )
    if (policy !== 'nearest') return this.offset(feed, policy, signal)
    const { fetchOffset } = feed
    const oldest = await this.offset(feed, 'oldest', signal)
    if (fetchOffset < oldest) return oldest
    const newest = await this.offset(feed, 'newest', signal)
    return fetchOffset > newest ? newest : fetchOffset
  }

  /** Where the log and what was read of it parted ways; undefined where they have not. */
  divergence(feed: Feed, signal: AbortSignal): Promise<Divergence | undefined> {
    return this.#ask(feed, signal, () => findDivergence(this.#client, feed, signal))
  }

  /** The topic that a feed reads, asked for anew where its partition is not known: it may just have been added. */
  async #lookUp({ topic, partition, name }: Feed, signal: AbortSignal): Promise<TopicSnapshot> {
    const { metadata } = this.#client
    let found = await this.#topics.find(topic, signal)
    if (found.partitions[partition] === undefined) found = await metadata.lookUp(topic, { signal, anew: true })
    if (found.partitions[partition] !== undefined) return found
    const has = partitionsHint(topic, found.partitions.length)
    throw brokerError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, `${name}: ${has}`)
  }

  #ask<T>(feed: Feed, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const onRetry = (error: KafkaError, attempt: number) => {
      this.#reports.onRetry([feed], error, attempt)
      if (isForMetadata(error, attempt)) this.#client.metadata.refreshSoon()
    }
    return retrying(this.#retry, { signal, onRetry }, call)
  }
}
