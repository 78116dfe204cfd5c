import type { CoordinatorOptions } from '../coordinators/options.ts'
import { Refusal } from '../refusal.ts'
import { type Configs, checkValue, type Definition } from './definition.ts'
import { topicDefinitions } from './topic-configs.ts'

/** What brokers can be configured with, besides the defaults of topics. */
// biome-ignore format: one row a configuration.
const DEFINITIONS: readonly Definition[] = [
  { name: 'auto.create.topics.enable', type: 'boolean', default: 'true', readOnly: true },
  // Kafka's is 1: a cluster of several brokers would lose partitions with each of them that a test stops.
  { name: 'default.replication.factor', type: 'int', default: '3', min: 1, readOnly: true },
  { name: 'delete.topic.enable', type: 'boolean', default: 'true', readOnly: true },
  { name: 'group.initial.rebalance.delay.ms', type: 'int', default: '0', min: 0, readOnly: true },
  { name: 'group.max.session.timeout.ms', type: 'int', default: '1800000', min: 1, readOnly: true },
  { name: 'group.max.size', type: 'int', default: '2147483647', min: 1, readOnly: true },
  { name: 'group.min.session.timeout.ms', type: 'int', default: '10', min: 0, readOnly: true },
  { name: 'max.incremental.fetch.session.cache.slots', type: 'int', default: '1000', min: 0, readOnly: true },
  { name: 'num.partitions', type: 'int', default: '1', min: 1, readOnly: true },
  { name: 'offset.metadata.max.bytes', type: 'int', default: '4096', min: 0, readOnly: true },
  { name: 'producer.id.expiration.ms', type: 'int', default: '86400000', min: 1, readOnly: true },
  { name: 'socket.request.max.bytes', type: 'int', default: '104857600', min: 1, readOnly: true },
  { name: 'transaction.max.timeout.ms', type: 'int', default: '900000', min: 1, readOnly: true },
]

export const brokerDefinitions: ReadonlyMap<string, Definition> = new Map(
  [...inheritedByTopics(), ...DEFINITIONS]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(definition => [definition.name, definition]),
)

/** The topics' configurations, under the names that brokers have for them. */
function* inheritedByTopics(): Iterable<Definition> {
  for (const { brokerName, ...definition } of topicDefinitions.values()) {
    if (brokerName !== undefined) yield { ...definition, name: brokerName }
  }
}

/** @throws {@link Refusal} for a configuration that brokers do not have. */
export function brokerDefinition(name: string): Definition {
  const definition = brokerDefinitions.get(name)
  if (definition === undefined) throw new Refusal('INVALID_CONFIG', `Unknown broker config name: ${name}`)
  return definition
}

/** @throws {@link Refusal} for what is wrong with the configuration of the brokers. */
export function checkBrokerConfigs(configs: Configs): void {
  for (const [name, value] of Object.entries(configs)) checkValue(brokerDefinition(name), value)
}

/** The value that the brokers have. */
export function brokerValue(name: string, configs: Configs): string {
  return configs[name] ?? brokerDefinition(name).default
}

export function brokerNumber(name: string, configs: Configs): number {
  return Number(brokerValue(name, configs))
}

/** What the coordinators go by. */
export function coordinatorOptions(configs: Configs): CoordinatorOptions {
  const number = (name: string): number => brokerNumber(name, configs)
  return {
    minSessionTimeoutMs: number('group.min.session.timeout.ms'),
    maxSessionTimeoutMs: number('group.max.session.timeout.ms'),
    maxGroupSize: number('group.max.size'),
    initialRebalanceDelayMs: number('group.initial.rebalance.delay.ms'),
    maxOffsetMetadataBytes: number('offset.metadata.max.bytes'),
    maxTransactionTimeoutMs: number('transaction.max.timeout.ms'),
  }
}
