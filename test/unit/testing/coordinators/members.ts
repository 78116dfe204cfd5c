import { ConsumerProtocolAssignment } from '../../../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../../../src/protocol/embedded/consumer-protocol-subscription.ts'
import { encodeMessage } from '../../../../src/protocol/embedded/message.ts'
import type { AskOptions, FakeCluster } from './fake-cluster.ts'

export const GROUP = 'billing'
export const SESSION_MS = 10_000
export const REBALANCE_MS = 60_000

export interface Joining {
  readonly groupId?: string
  readonly memberId?: string
  readonly groupInstanceId?: string | null
  /** The assignors, the most preferred first. Default: range. */
  readonly protocols?: readonly string[]
  readonly protocolType?: string
  /** What the consumer subscribes to. */
  readonly topics?: readonly string[]
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
}

/** Asks to join a group as a consumer does. */
export function join(cluster: FakeCluster, joining: Joining = {}, options?: AskOptions) {
  const { protocols = ['range'], topics = ['orders'], ...given } = joining
  const metadata = encodeMessage(ConsumerProtocolSubscription, 1, { topics })
  const request = {
    groupId: GROUP,
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    memberId: '',
    protocolType: 'consumer',
    ...given,
    protocols: protocols.map(name => ({ name, metadata })),
  }
  return cluster.ask('JoinGroup', request, options)
}

/** Joins as a new member, with the id that the coordinator hands out where the version has it so. */
export async function joinAnew(cluster: FakeCluster, joining: Joining = {}, options?: AskOptions) {
  const { memberId } = await join(cluster, joining, options)
  return { memberId, answer: join(cluster, { ...joining, memberId }, options) }
}

export function sync(
  cluster: FakeCluster,
  memberId: string,
  generationId: number,
  assignments: Readonly<Record<string, readonly number[]>> = {},
  more: { readonly groupInstanceId?: string; readonly protocolType?: string; readonly protocolName?: string } = {},
  options?: AskOptions,
) {
  const request = {
    groupId: GROUP,
    generationId,
    memberId,
    ...more,
    assignments: Object.entries(assignments).map(([id, partitions]) => ({
      memberId: id,
      assignment: assignment('orders', partitions),
    })),
  }
  return cluster.ask('SyncGroup', request, options)
}

export function assignment(topic: string, partitions: readonly number[]): Buffer {
  return encodeMessage(ConsumerProtocolAssignment, 1, { assignedPartitions: [{ topic, partitions }] })
}

export function beat(cluster: FakeCluster, memberId: string, generationId: number, options?: AskOptions) {
  return cluster.ask('Heartbeat', { groupId: GROUP, generationId, memberId }, options)
}

/** The only group, as tests look at it. */
export function view(cluster: FakeCluster) {
  const [group, ...others] = cluster.coordinators.groups()
  if (group === undefined || others.length > 0) throw new Error(`there are ${others.length + 1} groups, not one`)
  return group
}

/** Lets so many members join and sync; the first leads. Gives their ids. */
export async function stableGroup(
  cluster: FakeCluster,
  count: number,
  joining: readonly Joining[] = [],
): Promise<string[]> {
  const joins = []
  // All of them are there before the first may complete the join: each waits with its id in hand.
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    const { memberId, errorCode } = await join(cluster, joining[i])
    if (errorCode === 0) throw new Error('static members join at once: let them join one by one')
    ids.push(memberId)
  }
  for (const [i, memberId] of ids.entries()) joins.push(join(cluster, { ...joining[i], memberId }))
  const first = await joins[0]!
  // The first began a generation alone; with it joining again all are in the next one.
  const again = count === 1 ? first : await rejoin(cluster, ids, joins, joining)
  const assignments = Object.fromEntries(ids.map((id, i) => [id, [i]]))
  await Promise.all(ids.map(id => sync(cluster, id, again.generationId, id === ids[0] ? assignments : {})))
  return ids
}

async function rejoin(
  cluster: FakeCluster,
  ids: readonly string[],
  joins: readonly ReturnType<typeof join>[],
  joining: readonly Joining[],
) {
  const again = join(cluster, { ...joining[0], memberId: ids[0]! })
  await Promise.all(joins.slice(1))
  return again
}
