import type { IsolationLevel } from '../cluster/list-offset.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { oneOf } from '../util/options.ts'
import { type AdminContext, inCall } from './call.ts'
import { type AdminCallOptions, names, partitionName } from './check.ts'
import { type GroupOffset, offsetsOfGroups } from './group-offsets.ts'
import type { GroupOutcome } from './groups.ts'
import { type ListedOffset, offsetsOf } from './offsets.ts'

/** How far a group is behind in a partition. */
export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** The offset of the next message to read. */
  readonly offset?: bigint
  /** The offset of the next message to be written. */
  readonly endOffset?: bigint
  /** How many offsets there are between the two; 0n where the log was truncated to before what was read. */
  readonly lag?: bigint
  readonly error?: KafkaError
}

/** How far a group is behind in all partitions that it has committed offsets of, or why that is not known. */
export interface GroupLag extends GroupOutcome {
  /** By topic and partition. */
  readonly partitions?: readonly PartitionLag[]
  /** The sum of all lags that are known. */
  readonly totalLag?: bigint
}

export interface ListGroupLagOptions extends AdminCallOptions {
  /** With `'read_committed'` the end is that of what transactions have decided about. Default `'read_uncommitted'`. */
  readonly isolationLevel?: IsolationLevel | undefined
}

export function listGroupLag(
  context: AdminContext,
  given: readonly string[],
  options: ListGroupLagOptions,
): Promise<GroupLag[]> {
  const table = { isolationLevel: oneOf('read_uncommitted', ['read_uncommitted', 'read_committed']) }
  return inCall(context, table, options, async (call, { isolationLevel }) => {
    const groupIds = names(given, 'groupIds')
    const groups = await offsetsOfGroups(
      call,
      groupIds.map(groupId => ({ groupId })),
      false,
    )
    const committed = groups.flatMap(({ offsets = [] }) => offsets.filter(isCommitted))
    // Groups may read the same topics.
    const places = new Map(
      committed.map(({ topic, partition }) => [partitionName({ topic, partition }), { topic, partition }]),
    )
    const ends = await offsetsOf(
      call,
      Array.from(places.values(), place => ({ ...place, spec: 'latest' as const })),
      isolationLevel,
    )
    const endOf = new Map(ends.map(end => [partitionName(end), end]))
    return groups.map(({ groupId, error, offsets = [] }) => {
      if (error !== undefined) return { groupId, error }
      const wanted = offsets.filter(each => each.error !== undefined || isCommitted(each))
      const partitions = wanted.map(each => lagOf(each, endOf.get(partitionName(each))))
      return { groupId, partitions, totalLag: partitions.reduce((sum, { lag = 0n }) => sum + lag, 0n) }
    })
  })
}

function isCommitted({ offset = -1n }: GroupOffset): boolean {
  return offset >= 0n
}

function lagOf({ topic, partition, offset, error }: GroupOffset, end: ListedOffset | undefined): PartitionLag {
  const failure = error ?? end?.error
  if (offset === undefined || end?.offset === undefined) {
    return { topic, partition, ...(offset === undefined ? {} : { offset }), ...(failure ? { error: failure } : {}) }
  }
  const lag = end.offset > offset ? end.offset - offset : 0n
  return { topic, partition, offset, endOffset: end.offset, lag }
}
