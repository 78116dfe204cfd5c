import { onTestFinished } from 'vitest'
import { Client } from '../../../../src/cluster/client.ts'
import { bootstrapOf, kafkaOptions } from '../../../../src/config.ts'
import type { TopicPartition } from '../../../../src/consumer/message.ts'
import { range } from '../../../../src/group/assignors/range.ts'
import { Member, type MemberOwner, type MembershipOptions } from '../../../../src/group/membership/member.ts'
import type { MockCluster } from '../../../../src/testing.ts'
import { resolveOptions } from '../../../../src/util/options.ts'
import { show } from '../assignors/support.ts'

export const GROUP = 'billing'

/** What has befallen a member, one line each, and who waits for the next. */
class Story {
  readonly #lines: string[] = []
  #wake = () => {}
  #read = 0

  add(line: string): void {
    this.#lines.push(line)
    this.#wake()
  }

  /** The next line that was not read yet. */
  async next(): Promise<string> {
    while (this.#read === this.#lines.length) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return this.#lines[this.#read++]!
  }
}

/** A client of the cluster, closed when the test ends; it adds what it warns of to `warnings`. */
export function newClient(cluster: MockCluster, warnings: string[] = []): Client {
  const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} }
  const { clientId, net, metadata } = resolveOptions(kafkaOptions, { brokers: cluster.brokers }, '')
  const client = new Client({ bootstrap: bootstrapOf(cluster.brokers), clientId, net, metadata, logger })
  onTestFinished(() => client.close())
  return client
}

/** Tries again at once. */
const atOnce = { max: 4, backoffMs: 0, maxBackoffMs: 0 }

/** A member that has begun to join, with the story of what it is told. It takes its time over what `slow` says. */
export function startMember(
  client: Client,
  topics: readonly string[],
  options: Partial<MembershipOptions> = {},
  slow: Partial<Pick<MemberOwner, 'revoke' | 'lose'>> & {
    assign?: (...args: Parameters<MemberOwner['assign']>) => unknown
  } = {},
) {
  const story = new Story()
  const told = async (line: string, partitions: readonly TopicPartition[] = []) =>
    story.add(partitions.length === 0 ? line : `${line} ${show(partitions)}`)
  const subscription = { topics }
  const member = new Member(
    client,
    GROUP,
    {
      strategies: [range()],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
      heartbeatIntervalMs: 3,
      instanceId: null,
      rackId: null,
      userData: null,
      retry: atOnce,
      moveRetry: { ...atOnce, max: Infinity },
      ...options,
    },
    {
      topics: () => subscription.topics,
      assign: async (added, identity) => {
        await told('assigned', added)
        await slow.assign?.(added, identity)
        return true
      },
      interrupt() {},
      revoke: async partitions => {
        await told('revoked', partitions)
        await slow.revoke?.(partitions)
      },
      lose: async () => {
        await told('lost')
        await slow.lose?.()
      },
      onEnded: failure => story.add(failure === undefined ? 'ended' : `failed: ${String(failure.error)}`),
    },
  )
  member.start()
  onTestFinished(() => member.close())
  return { member, next: () => story.next(), subscription }
}
