import type { Client } from '../cluster/client.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ProtocolError } from '../errors/client-errors.ts'
import type { Broker } from '../network/broker.ts'
import type { Response } from '../protocol/api.ts'
import { Produce } from '../protocol/messages/produce.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import type { PartitionQueue } from './accumulator.ts'
import type { Batch } from './batch.ts'

/** The last version that names topics; later ones know them by their ids only (KIP-516). */
const LAST_VERSION_WITH_NAMES = 12
/** How much later than `producer.timeoutMs` an answer may be: a broker that gives up on its replicas says so then. */
const ANSWER_MS = 5_000
/** What a request takes besides its batches, generously. */
const ENVELOPE_BYTES = 4096

export interface OutboxOptions {
  readonly acks: 0 | 1 | -1
  readonly timeoutMs: number
}

/** One batch on its way. */
interface Parcel {
  readonly queue: PartitionQueue
  readonly batch: Batch
}

/** A parcel whose bytes are made. */
interface Sealed extends Parcel {
  readonly bytes: Buffer
}

/** What an outbox tells of its parcels. */
export interface Postmaster {
  /** Makes the bytes of a batch to which nothing is added any more; large ones off the event loop. */
  encode(batch: Batch): Buffer | Promise<Buffer>
  onDelivered(queue: PartitionQueue): void
  onFailed(queue: PartitionQueue, batch: Batch, error: unknown): void
}

/**
 * One broker's produce loop: sends one batch of each waiting partition in a request, with several requests in flight.
 * While all slots are taken the batches go on filling.
 */
export class Outbox {
  readonly #broker: Broker
  readonly #client: Client
  readonly #options: OutboxOptions
  readonly #postmaster: Postmaster
  readonly #waiting = new Set<PartitionQueue>()
  #inFlight = 0

  constructor(broker: Broker, client: Client, options: OutboxOptions, postmaster: Postmaster) {
    this.#broker = broker
    this.#client = client
    this.#options = options
    this.#postmaster = postmaster
  }

  get broker(): Broker {
    return this.#broker
  }

  /** Takes a partition whose leader this broker is, and which has something to send. */
  add(queue: PartitionQueue): void {
    this.#waiting.add(queue)
  }

  /** Gives back the partitions that wait for a free slot: their leader may be another broker now. */
  release(): PartitionQueue[] {
    const queues = [...this.#waiting]
    this.#waiting.clear()
    return queues
  }

  drain(): void {
    while (this.#waiting.size > 0 && this.#inFlight < this.#client.net.maxOpenRequests) {
      const parcels = this.#collect()
      if (parcels.length === 0) return
      this.#inFlight++
      this.#send(parcels).finally(() => {
        this.#inFlight--
        this.drain()
      })
    }
  }

  #collect(): Parcel[] {
    const parcels: Parcel[] = []
    let room = this.#client.net.maxRequestBytes - ENVELOPE_BYTES
    for (const queue of this.#waiting) {
      while (queue.batches.peek()?.isSettled) queue.batches.shift()
      const batch = queue.batches.peek()
      if (batch === undefined || queue.isMuted) {
        this.#waiting.delete(queue)
        continue
      }
      if (batch.sizeBytes > room && parcels.length > 0) return parcels
      room -= batch.sizeBytes
      batch.seal()
      queue.batches.shift()
      queue.isMuted = true
      this.#waiting.delete(queue)
      parcels.push({ queue, batch })
    }
    return parcels
  }

  /** Never rejects: every parcel gets its own outcome. */
  async #send(collected: readonly Parcel[]): Promise<void> {
    const parcels: Sealed[] = []
    for (const { queue, batch } of collected) {
      try {
        const bytes = batch.bytes ?? (await this.#postmaster.encode(batch))
        if (batch.isSettled) {
          // Its time ran out while it was compressed: what was reported as failed must not be sent.
          this.#postmaster.onDelivered(queue)
          continue
        }
        batch.bytes = bytes
        parcels.push({ queue, batch, bytes })
      } catch (error) {
        this.#postmaster.onFailed(queue, batch, error)
      }
    }
    if (parcels.length > 0) await this.#sendSealed(parcels)
  }

  async #sendSealed(parcels: readonly Sealed[]): Promise<void> {
    const { acks } = this.#options
    try {
      const { topicData, maxVersion } = this.#topicData(parcels)
      const body = { acks, timeoutMs: this.#options.timeoutMs, topicData }
      const connection = await this.#broker.connection('produce', this.#client.closing)
      if (acks === 0) {
        await connection.sendOnly(Produce, body, { maxVersion })
        for (const { queue, batch } of parcels) {
          batch.succeed(-1n, -1)
          this.#postmaster.onDelivered(queue)
        }
        return
      }
      // The broker gets the time that it was promised for its replicas, and some to answer.
      const limitMs = Math.max(this.#client.net.requestTimeoutMs, this.#options.timeoutMs + ANSWER_MS)
      const { responses } = await connection.request(Produce, body, { maxVersion, timeoutMs: limitMs })
      // By the ids that were sent: the metadata may have another id for the name by now.
      this.#deliver(parcels, responses, new Map(topicData.map(({ topicId, name }) => [topicId, name])))
    } catch (error) {
      for (const { queue, batch } of parcels) this.#postmaster.onFailed(queue, batch, error)
    }
  }

  #topicData(parcels: readonly Sealed[]): { topicData: readonly TopicParcels[]; maxVersion: number } {
    const topics = new Map<string, TopicParcels>()
    let maxVersion = Infinity
    for (const { batch, bytes } of parcels) {
      let topic = topics.get(batch.topic)
      if (topic === undefined) {
        const topicId = this.#client.metadata.topic(batch.topic)?.topicId ?? ZERO_UUID
        if (topicId === ZERO_UUID) maxVersion = LAST_VERSION_WITH_NAMES
        topic = { name: batch.topic, topicId, partitionData: [] }
        topics.set(batch.topic, topic)
      }
      topic.partitionData.push({ index: batch.partition, records: bytes })
    }
    return { topicData: [...topics.values()], maxVersion }
  }

  #deliver(parcels: readonly Parcel[], responses: TopicResults, names: ReadonlyMap<string, string>): void {
    const results = new Map<string, PartitionResult>()
    for (const { name, topicId, partitionResponses } of responses) {
      const topic = name === '' ? names.get(topicId) : name
      for (const result of partitionResponses) results.set(`${topic}-${result.index}`, result)
    }
    for (const { queue, batch } of parcels) {
      const where = `${batch.topic}-${batch.partition}`
      const result = results.get(where)
      if (result === undefined) {
        const problem = `${this.#broker.label} left ${where} out of its answer to a produce request`
        this.#postmaster.onFailed(queue, batch, new ProtocolError(problem))
      } else if (result.errorCode !== 0) {
        const error = brokerError(result.errorCode, `${where} on ${this.#broker.label}`, result.errorMessage)
        this.#postmaster.onFailed(queue, batch, error)
      } else {
        batch.succeed(result.baseOffset, Number(result.logAppendTimeMs))
        this.#postmaster.onDelivered(queue)
      }
    }
  }
}

type TopicResults = Response<typeof Produce>['responses']
type PartitionResult = TopicResults[number]['partitionResponses'][number]

interface TopicParcels {
  readonly name: string
  readonly topicId: string
  readonly partitionData: { index: number; records: Buffer }[]
}
