import { onTestFinished } from 'vitest'
import { Client } from '../../../src/cluster/client.ts'
import { metadataOptions } from '../../../src/cluster/options.ts'
import type { Address } from '../../../src/network/address.ts'
import { netOptions } from '../../../src/network/options.ts'
import type { Hooks } from '../../../src/observe/hooks.ts'
import type { EncodableResponse } from '../../../src/protocol/api.ts'
import type { apis } from '../../../src/protocol/apis.ts'
import { type OptionsInput, resolveOptions } from '../../../src/util/options.ts'
import type { Asked, Peer } from '../../support/peer.ts'

export type MetadataAnswer = EncodableResponse<typeof apis.Metadata>

export interface ClientOptions {
  readonly metadata?: OptionsInput<typeof metadataOptions>
  readonly net?: OptionsInput<typeof netOptions>
  readonly warn?: (message: string) => void
  readonly hooks?: Hooks
}

/** A client that knows a way in, closed when the test ends. It tries again without a wait. */
export function clientOf(
  bootstrap: readonly Address[] | (() => Promise<readonly Address[]>),
  options: ClientOptions = {},
) {
  const { metadata, net, warn = () => {}, hooks } = options
  const client = new Client({
    bootstrap: typeof bootstrap === 'function' ? bootstrap : async () => bootstrap,
    clientId: 'samsa',
    net: resolveOptions(netOptions, net, 'net'),
    metadata: resolveOptions(metadataOptions, { retry: { max: 3, backoff: () => 0 }, ...metadata }, 'metadata'),
    logger: { debug() {}, info() {}, warn, error() {} },
    hooks,
  })
  onTestFinished(() => client.close())
  return client
}

/** A Metadata answer: these peers are the brokers 1, 2, … */
export function cluster(peers: readonly (Peer | undefined)[], ...topics: MetadataAnswer['topics']): MetadataAnswer {
  const brokers = peers.flatMap((peer, i) => (peer === undefined ? [] : [{ nodeId: i + 1, ...peer.address }]))
  return { brokers, clusterId: 'c', controllerId: 1, topics }
}

interface TopicFacts {
  readonly errorCode?: number
  readonly topicId?: string
  readonly leader?: number
  readonly leaderEpoch?: number
}

/** A topic of one partition. */
export function topic(name: string, { errorCode = 0, topicId, leader = 1, leaderEpoch = 0 }: TopicFacts = {}) {
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: [1],
    isrNodes: [1],
    offlineReplicas: [],
  }
  return { name, topicId, errorCode, partitions: errorCode === 0 ? [partition] : [] }
}

export function topicsOf(asked: Asked): (string | null)[] | null {
  return asked.body('Metadata').topics?.map(({ name }) => name) ?? null
}
