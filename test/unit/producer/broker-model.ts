import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import type { Leaders } from '../../support/cluster-of-peers.ts'
import type { Peer } from '../../support/peer.ts'
import { nextProduce } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6
const REQUEST_TIMED_OUT = 7
const MESSAGE_TOO_LARGE = 10
const NOT_ENOUGH_REPLICAS = 19
const NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45
const INVALID_PRODUCER_EPOCH = 47
const INVALID_RECORD = 87

const MAX_MESSAGES = 8
/** As many batches of a producer does a broker remember. */
const REMEMBERED = 5

interface Producer {
  epoch: number
  last: { readonly first: number; readonly next: number; readonly offset: bigint }[]
}

/** One partition as brokers keep it (ProducerStateManager and ProducerAppendInfo), replicated at once. */
class Log {
  readonly values: string[] = []
  readonly #producers = new Map<bigint, Producer>()

  /** Where the batch is, or the code of the error. */
  append(bytes: Buffer): { readonly offset: bigint } | { readonly errorCode: number } {
    const [batch] = decodeRecordBatches(bytes)
    const { producerId, producerEpoch: epoch, baseSequence: first, count } = batch!
    const next = (first + count) & 0x7fffffff
    const known = this.#producers.get(producerId)
    if (known !== undefined && epoch < known.epoch) return { errorCode: INVALID_PRODUCER_EPOCH }
    const same =
      known?.epoch === epoch ? known.last.find(each => each.first === first && each.next === next) : undefined
    if (same !== undefined) return { offset: same.offset }
    if (known !== undefined) {
      const due = known.epoch === epoch ? known.last.at(-1)!.next : 0
      if (first !== due) return { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER }
    }
    const offset = BigInt(this.values.length)
    for (const { value } of batch!) this.values.push(value!.toString())
    const last = [...(known?.epoch === epoch ? known.last : []), { first, next, offset }].slice(-REMEMBERED)
    this.#producers.set(producerId, { epoch, last })
    return { offset }
  }
}

/**
 * Brokers that lead the partitions of topic a between them and have many faults, but keep to the protocol.
 *
 * @param leaders who leads what; it is changed as leaders move.
 * @param random like `Math.random`.
 */
export class FaultyBrokers {
  readonly logs: readonly Log[]
  readonly #peers: readonly Peer[]
  readonly #leaders: Leaders
  readonly #random: () => number

  constructor(peers: readonly Peer[], leaders: Leaders, random: () => number) {
    this.#peers = peers
    this.#leaders = leaders
    this.#random = random
    this.logs = leaders.a!.map(() => new Log())
    peers.forEach((peer, i) => {
      void this.#serve(peer, i + 1)
    })
  }

  async #serve(peer: Peer, nodeId: number): Promise<never> {
    for (;;) {
      const { asked, sent, answer } = await nextProduce(peer)
      if (asked.socket.destroyed) continue
      const loses = this.#random()
      if (loses < 0.05) {
        asked.socket.destroy()
        continue
      }
      const outcomes = sent.map(({ where, bytes }) => [where, this.#answer(Number(where.slice(2)), bytes, nodeId)])
      if (loses < 0.1) asked.socket.destroy()
      else {
        const nodeEndpoints = this.#peers.map(({ address }, i) => ({ nodeId: i + 1, ...address, rack: null }))
        answer(Object.fromEntries(outcomes), { nodeEndpoints })
      }
    }
  }

  #answer(partition: number, bytes: Buffer, nodeId: number) {
    const [batch] = decodeRecordBatches(bytes)
    const log = this.logs[partition]!
    const leaders = this.#leaders.a!
    const fault = this.#random()
    if (fault < 0.03) leaders[partition] = 1 + Math.floor(this.#random() * this.#peers.length)
    if (leaders[partition] !== nodeId) return { errorCode: NOT_LEADER_OR_FOLLOWER }
    if (batch!.count > MAX_MESSAGES) return { errorCode: MESSAGE_TOO_LARGE }
    if (fault < 0.06) return { errorCode: INVALID_RECORD }
    if (fault < 0.11) return { errorCode: NOT_ENOUGH_REPLICAS }
    const outcome = log.append(bytes)
    if ('errorCode' in outcome || fault > 0.21) return outcome
    return { errorCode: fault < 0.16 ? REQUEST_TIMED_OUT : NOT_ENOUGH_REPLICAS_AFTER_APPEND }
  }
}
