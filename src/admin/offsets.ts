import type { IsolationLevel } from '../cluster/list-offset.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { UnsupportedVersionError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { ListOffsets } from '../protocol/messages/list-offsets.ts'
import { custom, describeValue, oneOf, required } from '../util/options.ts'
import { type AdminCall, type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, items, partitionName, topicPartition } from './check.ts'
import { atLeaders, byTopic, partitionIndex } from './locate.ts'
import { scatter } from './scatter.ts'

/**
 * A place in a log: its first message, its end, the message with the largest timestamp (KIP-734), the first message on the leader's own
 * disk (KIP-405), the last one in the tiered storage (KIP-1005), the first one that is still to be copied there (KIP-1023), or the first
 * message that is not older than a time.
 */
export type OffsetSpec =
  | 'earliest'
  | 'latest'
  | 'max_timestamp'
  | 'earliest_local'
  | 'latest_tiered'
  | 'earliest_pending_upload'
  | Date

/** A place in the log of a partition. */
export interface OffsetQuery {
  readonly topic: string
  readonly partition: number
  readonly spec: OffsetSpec
}

/** Which offset a place is. */
export interface ListedOffset {
  readonly topic: string
  readonly partition: number
  /** -1n where there is no such place: no message is as young, or nothing is in the tiered storage. */
  readonly offset?: bigint
  /** Of the message there, in milliseconds since 1970. Only for a time and for `max_timestamp`. */
  readonly timestamp?: number
  /** The epoch of the leader that the message there was appended by. Absent where it is not known. */
  readonly leaderEpoch?: number
  readonly error?: KafkaError
}

export interface ListOffsetsOptions extends AdminCallOptions {
  /** With `'read_committed'` the end is that of what transactions have decided about. Default `'read_uncommitted'`. */
  readonly isolationLevel?: IsolationLevel | undefined
}

interface Place {
  readonly topic: string
  readonly partition: number
  readonly spec: OffsetSpec
}

/** The timestamps that stand for places, and the first version of ListOffsets that knows them. */
const PLACES: Readonly<Record<string, readonly [timestamp: bigint, since: number]>> = {
  latest: [-1n, 0],
  earliest: [-2n, 0],
  max_timestamp: [-3n, 7],
  earliest_local: [-4n, 8],
  latest_tiered: [-5n, 9],
  earliest_pending_upload: [-6n, 11],
}

const query = {
  ...topicPartition,
  spec: required(custom<OffsetSpec | undefined>(undefined, specProblem, 'OffsetSpec')),
}

export function listOffsets(
  context: AdminContext,
  given: readonly OffsetQuery[],
  options: ListOffsetsOptions,
): Promise<ListedOffset[]> {
  const table = { isolationLevel: oneOf('read_uncommitted', ['read_uncommitted', 'read_committed']) }
  return inCall(context, table, options, async (call, { isolationLevel }) => {
    const places = items(given, 'partitions', query, partitionName)
    return offsetsOf(call, places, isolationLevel)
  })
}

/** The offsets of places, as {@link listOffsets} tells them. */
export async function offsetsOf(
  call: AdminCall,
  places: readonly Place[],
  isolationLevel: IsolationLevel,
): Promise<ListedOffset[]> {
  const outcomes = await scatter(call, places, {
    retriable: [errorCodes.UNKNOWN_TOPIC_OR_PARTITION, errorCodes.OFFSET_NOT_AVAILABLE],
    locate: atLeaders(call),
    ask: async (broker, theirs) => {
      const version = await call.versionOf(broker, ListOffsets)
      const refusals = new Map(theirs.map(place => [place, refusal(place, version, broker.label)]))
      const known = theirs.filter(place => refusals.get(place) === undefined)
      const find = known.length === 0 ? () => undefined : await answers(call, broker, known, isolationLevel)
      return theirs.map(each => {
        const result = find(each)
        const error =
          refusals.get(each) ?? failureOf(`listing the offset of ${partitionName(each)} on ${broker.label}`, result)
        if (error !== undefined) return error
        const { offset, timestamp, leaderEpoch } = result!
        return {
          offset,
          ...(timestamp < 0n ? {} : { timestamp: Number(timestamp) }),
          ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
        }
      })
    },
  })
  return places.map(({ topic, partition }, i) => outcome({ topic, partition }, outcomes[i]!))
}

/** What a broker says of places; finds the part of the answer that is about one. */
async function answers(call: AdminCall, broker: Broker, places: readonly Place[], isolationLevel: IsolationLevel) {
  const topics = byTopic(places, ({ partition, spec }) => ({
    partitionIndex: partition,
    timestamp: spec instanceof Date ? BigInt(spec.getTime()) : PLACES[spec]![0],
  }))
  const body = (version: number) => {
    // The broker may have been replaced by an older one since the places were looked through.
    const refused = places.map(place => refusal(place, version, broker.label)).find(error => error !== undefined)
    if (refused !== undefined) throw refused
    const isolation = isolationLevel === 'read_committed' ? { isolationLevel: 1 } : {}
    return { replicaId: -1, topics, timeoutMs: call.timeoutMs, ...isolation }
  }
  return partitionIndex((await call.request(broker, ListOffsets, body)).topics)
}

/** Why a broker is not asked about a place: an older one would take the number that stands for it for a time. */
function refusal({ spec }: Place, version: number, broker: string): UnsupportedVersionError | undefined {
  if (spec instanceof Date) return undefined
  const since = PLACES[spec]![1]
  if (version >= since) return undefined
  const problem = `${broker} knows ListOffsets up to version ${version}; '${spec}' needs version ${since}`
  return new UnsupportedVersionError('ListOffsets', problem, 'topics.partitions.timestamp')
}

function specProblem(value: unknown): string | undefined {
  if (typeof value === 'string' && Object.hasOwn(PLACES, value)) return undefined
  const known = `one of ${Object.keys(PLACES).join(', ')}, or a Date`
  if (value === 'oldest' || value === 'newest') {
    return `must be ${known}: ${value === 'oldest' ? 'earliest' : 'latest'} is what consumers call '${value}'`
  }
  if (!(value instanceof Date)) return `must be ${known}, not ${describeValue(value)}`
  // Negative ones stand for other places.
  return value.getTime() >= 0 ? undefined : 'must be a valid Date from 1970 on'
}
