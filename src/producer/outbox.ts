import type { Client } from '../cluster/client.ts'
import type { Broker } from '../network/broker.ts'
import type { Connection } from '../network/connection.ts'
import type { Response } from '../protocol/api.ts'
import { Produce } from '../protocol/messages/produce.ts'
import { Fifo } from '../util/fifo.ts'
import type { Batch, BatchQueue } from './batch.ts'
import { type Parcel, produceBody, readAnswer, type Verdicts } from './produce-request.ts'

/** How much later than `producer.timeoutMs` an answer may be: a broker that gives up on its replicas says so then. */
const ANSWER_MS = 5_000
/** What a request takes besides its batches, generously; and for each partition, were each of another topic with a long name. */
const ENVELOPE_BYTES = 4096
const PARTITION_BYTES = 300

export interface OutboxOptions {
  readonly acks: 0 | 1 | -1
  readonly timeoutMs: number
}

/** What an outbox needs of, and tells to, who runs it. */
export interface Postmaster extends Verdicts {
  /** Whether the queue's next batch may leave now. */
  mayLeave(queue: BatchQueue): boolean
  /** Takes the next batch of a queue, to be sent to a broker. */
  take(queue: BatchQueue, nodeId: number): Batch
  /** A batch is written to a socket, for the first time or again. */
  onSent(batch: Batch): void
  /** Makes the bytes of a batch to which nothing is added any more; large ones off the event loop. */
  encode(batch: Batch): Buffer | Promise<Buffer>
  /** A broker has answered: what it says is told next. */
  onAnswer(): void
  /** A slot is free, and somebody waits for it. */
  onSlot(): void
}

/** A request that is made ready, and leaves when those before it have left. */
interface Request {
  parcels: Parcel[]
  isReady: boolean
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
  #waiting = new Set<BatchQueue>()
  readonly #requests = new Fifo<Request>()
  #inFlight = 0
  #isDialling = false

  constructor(broker: Broker, client: Client, options: OutboxOptions, postmaster: Postmaster) {
    this.#broker = broker
    this.#client = client
    this.#options = options
    this.#postmaster = postmaster
  }

  get broker(): Broker {
    return this.#broker
  }

  /** Requests that were begun and have no outcome yet. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Takes a partition whose leader this broker is, and which has something to send. */
  add(queue: BatchQueue): void {
    this.#waiting.add(queue)
  }

  /** Gives back the partitions that wait for a free slot: their leader may be another broker now. */
  release(): Iterable<BatchQueue> {
    const queues = this.#waiting
    this.#waiting = new Set()
    return queues
  }

  drain(): void {
    while (this.#waiting.size > 0 && this.#inFlight < this.#client.net.maxOpenRequests) {
      const batches = this.#collect()
      if (batches.length === 0) return
      this.#inFlight++
      this.#prepare(batches)
    }
  }

  /** The next batch of each partition that has one which may leave, as many as a request holds. */
  #collect(): Batch[] {
    const batches: Batch[] = []
    let room = this.#client.net.maxRequestBytes - ENVELOPE_BYTES
    const unfinished: BatchQueue[] = []
    for (const queue of this.#waiting) {
      const head = queue.head()
      const isReady = head !== undefined && this.#postmaster.mayLeave(queue)
      if (isReady && head.sizeBytes + PARTITION_BYTES > room && batches.length > 0) break
      this.#waiting.delete(queue)
      if (!isReady) continue
      room -= head.sizeBytes + PARTITION_BYTES
      batches.push(this.#postmaster.take(queue, this.#broker.nodeId))
      if (queue.batches.size > 0) unfinished.push(queue)
    }
    // Behind those that did not fit, so that each has its turn.
    for (const queue of unfinished) this.#waiting.add(queue)
    return batches
  }

  /** Makes the bytes of a request's batches; several requests at a time where that happens off the event loop. */
  #prepare(batches: readonly Batch[]): void {
    const request: Request = { parcels: [], isReady: false }
    this.#requests.push(request)
    let pending: Promise<void>[] | undefined
    for (const batch of batches) {
      try {
        const bytes = batch.bytes ?? this.#postmaster.encode(batch)
        if (bytes instanceof Promise) {
          pending ??= []
          pending.push(this.#pack(request, batch, bytes))
        } else request.parcels.push({ batch, bytes })
      } catch (error) {
        this.#postmaster.onFailed(batch, error)
      }
    }
    if (pending === undefined) this.#onReady(request)
    else Promise.all(pending).then(() => this.#onReady(request))
  }

  async #pack(request: Request, batch: Batch, bytes: Promise<Buffer>): Promise<void> {
    try {
      request.parcels.push({ batch, bytes: await bytes })
    } catch (error) {
      this.#postmaster.onFailed(batch, error)
    }
  }

  #onReady(request: Request): void {
    request.isReady = true
    this.#transmit()
  }

  /** Sends what is ready, in the order in which it was begun: a batch must not overtake an earlier one of its partition. */
  #transmit(): void {
    while (this.#requests.peek()?.isReady === true && !this.#isDialling) {
      const connection = this.#broker.connected('produce')
      if (connection === undefined) {
        this.#dial()
        return
      }
      const parcels = this.#unsettled(this.#requests.shift()!)
      if (parcels.length === 0) this.#free()
      else this.#send(connection, parcels)
    }
  }

  /** Some may have run out of time since they were taken: what was reported as failed must not be sent. */
  #unsettled({ parcels }: Request): readonly Parcel[] {
    if (!parcels.some(({ batch }) => batch.isSettled)) return parcels
    for (const { batch } of parcels) if (batch.isSettled) this.#postmaster.onFailed(batch, undefined)
    return parcels.filter(({ batch }) => !batch.isSettled)
  }

  #dial(): void {
    this.#isDialling = true
    this.#broker
      .connection('produce', this.#client.closing)
      .catch(error => {
        // All that wait for it have failed with it, rather than one dial's time after another.
        while (this.#requests.peek()?.isReady === true) {
          for (const { batch } of this.#requests.shift()!.parcels) this.#postmaster.onFailed(batch, error)
          this.#free()
        }
      })
      .finally(() => {
        this.#isDialling = false
        this.#transmit()
      })
  }

  #free(): void {
    this.#inFlight--
    if (this.#waiting.size > 0) this.#postmaster.onSlot()
  }

  /** Every parcel gets its own outcome. */
  #send(connection: Connection, parcels: readonly Parcel[]): void {
    const { acks, timeoutMs } = this.#options
    const { topicData, maxVersion } = produceBody(parcels, this.#client.metadata)
    const body = { acks, timeoutMs, topicData }
    for (const { batch } of parcels) this.#postmaster.onSent(batch)
    const onFailed = (error: unknown): void => {
      try {
        for (const { batch } of parcels) this.#postmaster.onFailed(batch, error, true)
      } finally {
        this.#free()
      }
    }
    if (acks === 0) {
      connection.sendOnly(Produce, body, { maxVersion }).then(() => {
        for (const { batch } of parcels) this.#postmaster.onWritten(batch, -1n, -1)
        this.#free()
      }, onFailed)
      return
    }
    // The broker gets the time that it was promised for its replicas, and some to answer.
    const limitMs = Math.max(this.#client.net.requestTimeoutMs, timeoutMs + ANSWER_MS)
    const onAnswer = (answer: Response<typeof Produce>): void => {
      this.#postmaster.onAnswer()
      try {
        readAnswer(answer, parcels, topicData, this.#broker.label, this.#client.metadata, this.#postmaster)
      } finally {
        this.#free()
      }
    }
    try {
      connection.ask(Produce, body, { maxVersion, timeoutMs: limitMs }, onAnswer, onFailed)
    } catch (error) {
      onFailed(error)
    }
  }
}
