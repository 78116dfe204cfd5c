import { Refusal } from '../refusal.ts'
import { type Configs, checkValue, type Definition } from './definition.ts'

const LONG_MAX = '9223372036854775807'
const LIST = { type: 'list', default: '' } as const

/** What topics can be configured with in Kafka 4. Those of them that the cluster goes by are in {@link TopicConfigs}. */
// biome-ignore format: one row a configuration.
const DEFINITIONS: readonly Definition[] = [
  { name: 'cleanup.policy', type: 'list', default: 'delete', values: ['compact', 'delete'], brokerName: 'log.cleanup.policy' },
  { name: 'compression.gzip.level', type: 'int', default: '-1', brokerName: 'compression.gzip.level' },
  { name: 'compression.lz4.level', type: 'int', default: '9', brokerName: 'compression.lz4.level' },
  { name: 'compression.type', type: 'string', default: 'producer', values: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'], brokerName: 'compression.type' },
  { name: 'compression.zstd.level', type: 'int', default: '3', brokerName: 'compression.zstd.level' },
  { name: 'delete.retention.ms', type: 'long', default: '86400000', min: 0, brokerName: 'log.cleaner.delete.retention.ms' },
  { name: 'file.delete.delay.ms', type: 'long', default: '60000', min: 0, brokerName: 'log.segment.delete.delay.ms' },
  { name: 'flush.messages', type: 'long', default: LONG_MAX, min: 1, brokerName: 'log.flush.interval.messages' },
  { name: 'flush.ms', type: 'long', default: LONG_MAX, min: 0, brokerName: 'log.flush.interval.ms' },
  { name: 'follower.replication.throttled.replicas', ...LIST },
  { name: 'index.interval.bytes', type: 'int', default: '4096', min: 0, brokerName: 'log.index.interval.bytes' },
  { name: 'leader.replication.throttled.replicas', ...LIST },
  { name: 'local.retention.bytes', type: 'long', default: '-2', min: -2, brokerName: 'log.local.retention.bytes' },
  { name: 'local.retention.ms', type: 'long', default: '-2', min: -2, brokerName: 'log.local.retention.ms' },
  { name: 'max.compaction.lag.ms', type: 'long', default: LONG_MAX, min: 1, brokerName: 'log.cleaner.max.compaction.lag.ms' },
  { name: 'max.message.bytes', type: 'int', default: '1048588', min: 0, brokerName: 'message.max.bytes' },
  { name: 'message.timestamp.after.max.ms', type: 'long', default: '3600000', min: 0, brokerName: 'log.message.timestamp.after.max.ms' },
  { name: 'message.timestamp.before.max.ms', type: 'long', default: LONG_MAX, min: 0, brokerName: 'log.message.timestamp.before.max.ms' },
  { name: 'message.timestamp.type', type: 'string', default: 'CreateTime', values: ['CreateTime', 'LogAppendTime'], brokerName: 'log.message.timestamp.type' },
  { name: 'min.cleanable.dirty.ratio', type: 'double', default: '0.5', min: 0, brokerName: 'log.cleaner.min.cleanable.ratio' },
  { name: 'min.compaction.lag.ms', type: 'long', default: '0', min: 0, brokerName: 'log.cleaner.min.compaction.lag.ms' },
  { name: 'min.insync.replicas', type: 'int', default: '1', min: 1, brokerName: 'min.insync.replicas' },
  { name: 'preallocate', type: 'boolean', default: 'false', brokerName: 'log.preallocate' },
  { name: 'remote.log.copy.disable', type: 'boolean', default: 'false' },
  { name: 'remote.log.delete.on.disable', type: 'boolean', default: 'false' },
  { name: 'remote.storage.enable', type: 'boolean', default: 'false' },
  { name: 'retention.bytes', type: 'long', default: '-1', min: -2, brokerName: 'log.retention.bytes' },
  // Kafka's is a week, and it looks every five minutes: a test with records of last year would see them there.
  { name: 'retention.ms', type: 'long', default: '-1', min: -1, brokerName: 'log.retention.ms' },
  { name: 'segment.bytes', type: 'int', default: '1073741824', min: 14, brokerName: 'log.segment.bytes' },
  { name: 'segment.index.bytes', type: 'int', default: '10485760', min: 4, brokerName: 'log.index.size.max.bytes' },
  { name: 'segment.jitter.ms', type: 'long', default: '0', min: 0, brokerName: 'log.roll.jitter.ms' },
  { name: 'segment.ms', type: 'long', default: '604800000', min: 1, brokerName: 'log.roll.ms' },
  { name: 'unclean.leader.election.enable', type: 'boolean', default: 'false', brokerName: 'unclean.leader.election.enable' },
]

export const topicDefinitions: ReadonlyMap<string, Definition> = new Map(DEFINITIONS.map(row => [row.name, row]))

/** @throws {@link Refusal} for a configuration that topics do not have. */
export function topicDefinition(name: string): Definition {
  const definition = topicDefinitions.get(name)
  if (definition === undefined) throw new Refusal('INVALID_CONFIG', `Unknown topic config name: ${name}`)
  return definition
}

/** @throws {@link Refusal} for what is wrong with the configuration of a topic. */
export function checkTopicConfigs(configs: Configs): void {
  for (const [name, value] of Object.entries(configs)) checkValue(topicDefinition(name), value)
}

/** What the cluster goes by of a topic's configuration. */
export class TopicConfigs {
  readonly maxMessageBytes: number
  readonly isCompacted: boolean
  readonly deletes: boolean
  readonly setsTimestamp: boolean
  readonly maxBeforeMs: number
  readonly maxAfterMs: number
  readonly minInSyncReplicas: number
  readonly retentionBytes: number
  readonly retentionMs: number

  /** @param own what is set for the topic; @param brokers what is set for the brokers. */
  constructor(own: Configs, brokers: Configs) {
    const value = (name: string): string => topicValue(topicDefinition(name), own, brokers)
    const number = (name: string): number => Number(value(name))
    const limit = (name: string): number => (number(name) < 0 ? Infinity : number(name))
    const since = (name: string): number => (value(name) === LONG_MAX ? Infinity : number(name))
    this.setsTimestamp = value('message.timestamp.type') === 'LogAppendTime'
    this.maxMessageBytes = number('max.message.bytes')
    this.isCompacted = value('cleanup.policy').includes('compact')
    this.deletes = value('cleanup.policy').includes('delete')
    this.maxBeforeMs = this.setsTimestamp ? Infinity : since('message.timestamp.before.max.ms')
    this.maxAfterMs = this.setsTimestamp ? Infinity : since('message.timestamp.after.max.ms')
    this.minInSyncReplicas = number('min.insync.replicas')
    this.retentionBytes = this.deletes ? limit('retention.bytes') : Infinity
    this.retentionMs = this.deletes ? limit('retention.ms') : Infinity
  }
}

/** The value that a topic has. */
export function topicValue(definition: Definition, own: Configs, brokers: Configs): string {
  const inherited = definition.brokerName === undefined ? undefined : brokers[definition.brokerName]
  return own[definition.name] ?? inherited ?? definition.default
}
