import { onTestFinished } from 'vitest'
import { Kafka, type KafkaConfig } from '../../src/index.ts'
import { type Asked, Peer, type PeerOptions } from './peer.ts'

type Script = NonNullable<PeerOptions['script']>
type MetadataAnswer = NonNullable<ReturnType<NonNullable<Script['Metadata']>>>

/** Who leads each partition of each topic, by the number of the peer from 1 on. A test may change it as it goes. */
export type Leaders = Record<string, number[]>

export interface PeersOptions {
  readonly leaders: Leaders
  /** How many peers there are. Default 1. */
  readonly count?: number
  /** What they answer besides Metadata. */
  readonly script?: Script
  /** What they can do; by default all that samsa can. */
  readonly offers?: PeerOptions['offers']
  readonly config?: Omit<KafkaConfig, 'brokers'>
}

const UNKNOWN_TOPIC_OR_PARTITION = 3

/** Peers that are brokers of one cluster, and a client of it. All is closed when the test ends, whatever is under way. */
export async function startPeers({ leaders, count = 1, script, offers, config }: PeersOptions) {
  const peers: Peer[] = []
  const Metadata = (asked: Asked): MetadataAnswer => {
    const names = asked.body('Metadata').topics?.map(({ name }) => name ?? '') ?? Object.keys(leaders)
    return {
      brokers: peers.map(({ address }, i) => ({ nodeId: i + 1, ...address })),
      clusterId: 'peers',
      controllerId: 1,
      topics: names.map(name => topicAnswer(leaders, name)),
    }
  }
  for (let i = 0; i < count; i++)
    peers.push(await Peer.start({ script: { Metadata, ...script }, ...(offers && { offers }) }))
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const kafka = new Kafka({ brokers: peers.map(({ address }) => `127.0.0.1:${address.port}`), logger, ...config })
  // A test may leave messages for whose answers a plain close would wait.
  onTestFinished(() => kafka.close({ signal: AbortSignal.abort() }).catch(() => {}))
  const producer = (options?: KafkaConfig['producer']) => kafka.producer(options)
  return { peers, kafka, producer }
}

function topicAnswer(leaders: Leaders, name: string): MetadataAnswer['topics'][number] {
  const partitions = leaders[name]
  if (partitions === undefined) return { name, errorCode: UNKNOWN_TOPIC_OR_PARTITION, partitions: [] }
  return {
    name,
    topicId: topicId(name),
    errorCode: 0,
    partitions: partitions.map((leader, partitionIndex) => ({
      partitionIndex,
      errorCode: 0,
      leaderId: leader,
      leaderEpoch: 0,
      replicaNodes: [Math.max(leader, 1)],
      isrNodes: [Math.max(leader, 1)],
      offlineReplicas: [],
    })),
  }
}

/** Ids of topics carry their names, which must not be longer than 16 bytes. */
function topicId(name: string): string {
  return Buffer.alloc(16, name.padEnd(16, '\0')).toString('base64url')
}

/** The name of a topic in a request, be it told or only by the id. */
export function topicName({ name, topicId }: { readonly name: string; readonly topicId: string }): string {
  return name || Buffer.from(topicId, 'base64url').toString().replaceAll('\0', '')
}
