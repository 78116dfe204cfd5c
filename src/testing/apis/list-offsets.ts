import { errorCodes } from '../../errors/broker-codes.ts'
import type { Handler, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { Topic } from '../state/topic.ts'
import { ledPartition } from './leadership.ts'
import type { Services } from './services.ts'

type PartitionRequest = RequestOf<'ListOffsets'>['topics'][number]['partitions'][number]
type PartitionResponse = ResponseOf<'ListOffsets'>['topics'][number]['partitions'][number]

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6
/** The versions that the places that are no timestamps have come with. */
const SINCE: Readonly<Record<number, number>> = {
  [LATEST]: 1,
  [EARLIEST]: 1,
  [MAX_TIMESTAMP]: 7,
  [EARLIEST_LOCAL]: 8,
  [LATEST_TIERED]: 9,
  [EARLIEST_PENDING_UPLOAD]: 11,
}

interface Found {
  readonly offset: bigint
  readonly timestamp: number
}

const NOT_FOUND: Found = { offset: -1n, timestamp: -1 }

/** The offsets at the ends of logs, and at times. */
export function listOffsets(services: Services): Handler<'ListOffsets'> {
  return ({ topics, isolationLevel }, context) => ({
    topics: topics.map(({ name, partitions }) => {
      const topic = services.state.topic(name)
      const look = (asked: PartitionRequest) =>
        orRefusal(() => offsetOf(services, context, topic, asked, isolationLevel === 1))
      return {
        name,
        partitions: partitions.map(asked => {
          const found = look(asked)
          if (!(found instanceof Refusal)) return found
          return { partitionIndex: asked.partitionIndex, errorCode: found.errorCode }
        }),
      }
    }),
  })
}

function offsetOf(
  services: Services,
  context: RequestContext,
  topic: Topic | undefined,
  { partitionIndex, currentLeaderEpoch, timestamp }: PartitionRequest,
  committedOnly: boolean,
): PartitionResponse {
  const { log } = ledPartition(services, context, topic, partitionIndex, currentLeaderEpoch)
  const asked = Number(timestamp)
  if (asked < 0 && !(context.version >= (SINCE[asked] ?? Infinity))) throw new Refusal('UNSUPPORTED_VERSION')
  const found = find(log, asked, committedOnly ? log.lastStableOffset : log.endOffset)
  return {
    partitionIndex,
    errorCode: errorCodes.NONE,
    timestamp: BigInt(found.timestamp),
    offset: found.offset,
    ...(context.version >= 4 && found.offset >= 0n && { leaderEpoch: log.epochs.at(found.offset) }),
  }
}

function find(log: PartitionLog, timestamp: number, end: bigint): Found {
  switch (timestamp) {
    case LATEST:
      return { offset: end, timestamp: -1 }
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.startOffset, timestamp: -1 }
    case MAX_TIMESTAMP:
      return log.newest() ?? NOT_FOUND
    // There is no other storage than the log itself.
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return NOT_FOUND
    default:
      return log.firstSince(timestamp, end) ?? NOT_FOUND
  }
}
