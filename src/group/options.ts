import { bool, custom, describeValue, ms, section, text } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'
import { range } from './assignors/range.ts'
import type { BalanceStrategy } from './assignors/strategy.ts'

/** The `consumer.group` slice of the configuration. */
export const groupOptions = section(
  {
    /** A member without a heartbeat for so long is taken to be dead. Brokers allow 6,000 to 1,800,000 unless they are told otherwise. */
    sessionTimeoutMs: ms(45_000, { min: 1 }),
    /** How often members send heartbeats, at which they also learn of rebalances. Less than `sessionTimeoutMs`. */
    heartbeatIntervalMs: ms(3_000, { min: 1 }),
    rebalance: {
      /** How partitions are shared out, the favourite first: the group goes by one that all its members know. */
      strategies: custom<readonly BalanceStrategy[]>([range()], strategiesProblem, 'BalanceStrategy[]', '[range()]'),
      /** How long members have to give their partitions up and join again; who takes longer is dropped. */
      timeoutMs: ms(60_000, { min: 1 }),
      /** What the coordinator refuses is tried again. While it cannot be reached, or moves, `consumer.retry` counts. */
      retry: retryOptions(4, 2_000, 10_000),
    },
    /** A name that makes the member a static one (KIP-345): started anew within `sessionTimeoutMs`, it gets its partitions back. */
    instanceId: text(),
    /** What the leader is told beside the topics, for strategies that have nothing of their own to say. */
    userData: custom<Uint8Array | undefined>(undefined, userDataProblem, 'Uint8Array'),
    /** When a handler holds one message, or one batch, for longer, `hooks.onSlowHandler` is told. 0 is never. */
    maxProcessingMs: ms(0),
    /** When a handler holds one message, or one batch, for longer, the member also leaves the group until that is done. 0 is never. */
    maxPollIntervalMs: ms(0),
    /** Whether to go on as `offsets.reset` says where the log does not have the committed offset; else that ends the consuming. */
    resetInvalidOffsets: bool(true),
  },
  ({ heartbeatIntervalMs, sessionTimeoutMs }, report) => {
    if (heartbeatIntervalMs < sessionTimeoutMs) return
    report('heartbeatIntervalMs', `must be less than sessionTimeoutMs (${sessionTimeoutMs})`)
  },
)

/** What groups add to the `consumer.offsets` slice. */
export const groupOffsetsOptions = {
  autoCommit: {
    /** Commit what is marked by itself: at times, before partitions are given up, and at the end. */
    enable: bool(true),
    /** How long after something was marked. */
    intervalMs: ms(1_000, { min: 1 }),
  },
  /** How often a commit, or the look for what is committed, is tried again. */
  retry: retryOptions(3, 100, 1_000),
}

function strategiesProblem(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0)
    return `must be a list of strategies such as range(), not ${describeValue(value)}`
  const wrong = value.find(each => typeof each?.name !== 'string' || typeof each.plan !== 'function')
  if (wrong !== undefined)
    return `must be strategies such as range(), or objects with a name and plan(), not ${describeValue(wrong)}`
  const names = value.map(({ name }) => name as string)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  return twice === undefined ? undefined : `has two strategies of the name "${twice}"`
}

function userDataProblem(value: unknown): string | undefined {
  return value === undefined || value instanceof Uint8Array ? undefined : `must be bytes, not ${describeValue(value)}`
}
