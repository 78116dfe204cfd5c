import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { FindCoordinator } from '../protocol/messages/find-coordinator.ts'
import { abortable } from '../util/wait.ts'
import type { Client } from './client.ts'

const KEY_TYPES = { group: 0, transaction: 1 } as const
/** The first version that asks for many keys at once. */
const BATCHED = 4

/** What has a coordinator: a consumer group, or a transactional id. */
export type CoordinatorKind = keyof typeof KEY_TYPES

interface Found {
  readonly nodeId: number
  readonly errorCode: number
  readonly errorMessage: string | null
}

/**
 * The brokers that coordinate groups or transactional ids, in the order of `keys`, each or why it is not known. What was found is not
 * kept: a coordinator may have moved by the next call.
 */
export async function findCoordinators(
  client: Client,
  kind: CoordinatorKind,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<(Broker | KafkaError)[]> {
  await client.metadata.ready(signal)
  const found = await client.brokers.callAny(broker => ask(client, broker, kind, keys, signal), signal)
  // One that has just joined is not known yet.
  const isNews = [...found.values()].some(each => each.errorCode === 0 && client.brokers.get(each.nodeId) === undefined)
  if (isNews) await abortable(client.metadata.refresh(), signal)
  return keys.map(key =>
    coordinatorOf(client, `${kind === 'group' ? 'group' : 'transactional id'} "${key}"`, found.get(key)),
  )
}

function coordinatorOf(client: Client, what: string, found: Found | undefined): Broker | KafkaError {
  if (found === undefined) {
    return brokerError(errorCodes.COORDINATOR_NOT_AVAILABLE, `${what}, which the answer leaves out`)
  }
  const { nodeId, errorCode, errorMessage } = found
  if (errorCode !== 0) return brokerError(errorCode, `the coordinator of ${what}`, errorMessage)
  const broker = client.brokers.get(nodeId)
  if (broker !== undefined) return broker
  const problem = `${what} (its coordinator, node ${nodeId}, is not among the live brokers)`
  return brokerError(errorCodes.COORDINATOR_NOT_AVAILABLE, problem)
}

async function ask(
  client: Client,
  broker: Broker,
  kind: CoordinatorKind,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Found>> {
  const connection = await broker.connection('general', signal)
  const keyType = KEY_TYPES[kind]
  if (connection.versionOf(FindCoordinator) >= BATCHED) {
    const body = { keyType, coordinatorKeys: keys }
    const { coordinators } = await client.request(broker, FindCoordinator, body, { signal })
    return new Map(coordinators.map(each => [each.key, each]))
  }
  const answers = keys.map(async key => {
    const body = keyType === 0 ? { key } : { key, keyType }
    return [key, await client.request(broker, FindCoordinator, body, { signal })] as const
  })
  return new Map(await Promise.all(answers))
}
