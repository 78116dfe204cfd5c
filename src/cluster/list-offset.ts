import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { Broker } from '../network/broker.ts'
import { ListOffsets } from '../protocol/messages/list-offsets.ts'
import { nameElsewhere } from '../util/names-elsewhere.ts'
import { describeValue } from '../util/options.ts'
import { abortable } from '../util/wait.ts'
import type { Client } from './client.ts'

/** The end of the log, where the next message will be written. */
const LATEST = -1n
/** The start of the log. */
const EARLIEST = -2n

/**
 * A place in a log: its start, its end, or a time, which stands for the first message that is not older, or for the end of the log
 * when there is none.
 */
export type OffsetTime = 'oldest' | 'newest' | Date

/** Where reading begins: the start of the log, its end, a time, or an offset. */
export type StartOffset = OffsetTime | bigint

/** What is wrong with a place to begin at; undefined where nothing is. */
export function startProblem(from: unknown, mayBeOffset: boolean): string | undefined {
  if (from === 'oldest' || from === 'newest') return undefined
  if (from instanceof Date && !Number.isNaN(from.getTime())) return undefined
  if (mayBeOffset && typeof from === 'bigint' && from >= 0n && from < 2n ** 63n) return undefined
  const shown = from instanceof Date ? 'an invalid Date' : typeof from === 'bigint' ? String(from) : describeValue(from)
  const hint = nameElsewhere(from)
  const places = `'oldest', 'newest', ${mayBeOffset ? 'an offset (a bigint from 0n on) ' : ''}or a Date`
  return `must be ${places}, not ${shown}${hint === undefined ? '' : `: ${hint}`}`
}

/** Whether messages of transactions that are still open, or were aborted, are seen. */
export type IsolationLevel = 'read_uncommitted' | 'read_committed'

interface Question {
  readonly topic: string
  readonly partition: number
  readonly timestamp: bigint
  readonly resolve: (offset: bigint) => void
  readonly reject: (error: unknown) => void
}

/** Questions for one broker, at most one a partition: a request must not name a partition twice. */
interface Inquiry {
  readonly broker: Broker
  readonly byPartition: Map<string, Question & { readonly leaderEpoch: number }>
}

/** Asks partition leaders for offsets. What is asked in one turn of the event loop goes together. */
export class OffsetFinder {
  readonly #client: Client
  readonly #isolationLevel: number
  #questions: Question[] = []

  constructor(client: Client, isolationLevel: IsolationLevel) {
    this.#client = client
    this.#isolationLevel = isolationLevel === 'read_committed' ? 1 : 0
  }

  /** The offset of a place in a partition's log. Aborting `signal` drops the wait. Does not retry. */
  async find(topic: string, partition: number, time: OffsetTime, signal: AbortSignal): Promise<bigint> {
    const ask = (timestamp: bigint) => abortable(this.#ask(topic, partition, timestamp), signal)
    if (time === 'oldest') return ask(EARLIEST)
    if (time === 'newest') return ask(LATEST)
    // Times below 0 would be taken for the ends of the log.
    const offset = await ask(BigInt(Math.max(0, time.getTime())))
    return offset < 0n ? ask(LATEST) : offset
  }

  #ask(topic: string, partition: number, timestamp: bigint): Promise<bigint> {
    return new Promise((resolve, reject) => {
      if (this.#questions.length === 0) setImmediate(() => this.#send())
      this.#questions.push({ topic, partition, timestamp, resolve, reject })
    })
  }

  #send(): void {
    const questions = this.#questions
    this.#questions = []
    const inquiries: Inquiry[] = []
    for (const question of questions) {
      const { topic, partition } = question
      try {
        const { broker, leaderEpoch } = this.#client.leader(topic, partition)
        const name = `${topic}-${partition}`
        let inquiry = inquiries.find(each => each.broker === broker && !each.byPartition.has(name))
        if (inquiry === undefined) {
          inquiry = { broker, byPartition: new Map() }
          inquiries.push(inquiry)
        }
        inquiry.byPartition.set(name, { ...question, leaderEpoch })
      } catch (error) {
        question.reject(error)
      }
    }
    for (const inquiry of inquiries) void this.#inquire(inquiry)
  }

  async #inquire({ broker, byPartition }: Inquiry): Promise<void> {
    const topics = new Map<string, { partitionIndex: number; currentLeaderEpoch: number; timestamp: bigint }[]>()
    for (const { topic, partition, leaderEpoch, timestamp } of byPartition.values()) {
      const partitions = topics.get(topic) ?? []
      topics.set(topic, partitions)
      partitions.push({ partitionIndex: partition, currentLeaderEpoch: leaderEpoch, timestamp })
    }
    try {
      const answer = await this.#client.request(broker, ListOffsets, {
        replicaId: -1,
        isolationLevel: this.#isolationLevel,
        topics: Array.from(topics, ([name, partitions]) => ({ name, partitions })),
      })
      for (const { name: topic, partitions } of answer.topics) {
        for (const { partitionIndex, errorCode, offset } of partitions) {
          const name = `${topic}-${partitionIndex}`
          const question = byPartition.get(name)
          if (errorCode === 0) question?.resolve(offset)
          else question?.reject(brokerError(errorCode, `${name} on ${broker.label}`))
          byPartition.delete(name)
        }
      }
      for (const [name, { reject }] of byPartition) {
        reject(brokerError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, `${name} on ${broker.label}, which left it out`))
      }
    } catch (error) {
      for (const { reject } of byPartition.values()) reject(error)
    }
  }
}
