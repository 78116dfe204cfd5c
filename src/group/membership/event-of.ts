import type { BrokerErrorName } from '../../errors/broker-codes.ts'
import { BrokerError } from '../../errors/broker-error.ts'
import { ConnectionError, TimeoutError } from '../../errors/client-errors.ts'
import { KafkaError, type Remedy } from '../../errors/kafka-error.ts'
import type { Event } from './transitions.ts'

const byName: ReadonlyMap<string, Event> = new Map<BrokerErrorName, Event>([
  ['MEMBER_ID_REQUIRED', 'named'],
  ['REBALANCE_IN_PROGRESS', 'rebalance'],
  ['ILLEGAL_GENERATION', 'stale'],
  ['UNKNOWN_MEMBER_ID', 'unknown'],
  ['FENCED_INSTANCE_ID', 'fatal'],
  // It reads its log, which may take minutes: there is nobody else to ask.
  ['COORDINATOR_LOAD_IN_PROGRESS', 'moved'],
])

const BEGINNING: ReadonlySet<string> = new Set<BrokerErrorName>([
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
])

const byRemedy: { readonly [R in Remedy]: Event } = {
  none: 'fatal',
  fatal: 'fatal',
  rejoin: 'unknown',
  retry: 'failed',
  'refresh-metadata': 'moved',
  'find-coordinator': 'moved',
}

/** What the failure of a request to the coordinator means for the member. */
export function eventOf(error: unknown): Event {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return 'moved'
  const named = error instanceof BrokerError ? byName.get(error.brokerName) : undefined
  return named ?? (error instanceof KafkaError ? byRemedy[error.remedy] : 'fatal')
}

/** Whether it is how a coordinator begins: a cluster makes coordinators when they are first asked for, and brokers learn of it by and by. */
export function isBeginning(error: unknown): boolean {
  return error instanceof BrokerError && BEGINNING.has(error.brokerName)
}
