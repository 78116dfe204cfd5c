import type { Client } from '../cluster/client.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { OffsetResetEvent } from '../observe/hooks.ts'
import { SUSPICIOUS_ATTEMPTS } from './failures.ts'
import type { Feed } from './feed.ts'

/** Tells hooks and log of what a consumer deals with by itself. */
export class Reports {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  /** Partitions are tried again; `attempts` counts their failures in a row. */
  onRetry(feeds: readonly Feed[], error: KafkaError, attempts: number, broker?: Broker): void {
    const { logger, hooks } = this.#client
    for (const feed of feeds) feed.lastError = error
    // What befalls a broker befalls all that is read from there, and is told once.
    const { topic, partition } = feeds.length === 1 ? feeds[0]! : { topic: undefined, partition: undefined }
    const fields = { topic, partition, partitions: feeds.length, broker: broker?.label, attempts, error: error.message }
    logger[attempts === SUSPICIOUS_ATTEMPTS ? 'warn' : 'debug']('reading is tried again', fields)
    hooks.onError?.({ error, topic, partition, broker: broker?.label, willRetry: true })
  }

  onReset(event: OffsetResetEvent): void {
    const { logger, hooks } = this.#client
    const { topic, partition, from, to, reason } = event
    const fields = { topic, partition, from: String(from), to: String(to), reason }
    logger.warn('a partition is read on from another offset', fields)
    hooks.onOffsetReset?.(event)
  }
}
