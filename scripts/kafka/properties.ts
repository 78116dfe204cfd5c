import type { KafkaOptions } from './handle.ts'

/** Where one broker of a cluster listens and keeps its data. */
export interface BrokerPlan {
  readonly id: number
  readonly folder: string
  readonly port: number
  readonly controllerPort: number
  /** Of its metadata log, by which a dynamic quorum knows it. */
  readonly directoryId: string
  /** The ports of the listeners beside the plain one, by name. */
  readonly listenerPorts: Readonly<Record<string, number>>
}

/** All brokers listen on the loopback address only: a test cluster is nobody else's business. */
export const host = '127.0.0.1'

/** The rack that a broker is in. */
export const rackOf = (id: number): string => `rack-${id}`

type ServerOptions = Pick<KafkaOptions, 'listeners' | 'config' | 'logDirs' | 'dynamicQuorum'>

/** The configuration of one broker (and controller) of the cluster `plans`. */
export function serverProperties(
  plan: BrokerPlan,
  plans: readonly BrokerPlan[],
  { listeners = {}, config = {}, logDirs = 1, dynamicQuorum = false }: ServerOptions = {},
): Record<string, string> {
  const own = Object.entries({ PLAINTEXT: plan.port, ...plan.listenerPorts })
  const advertised = own.map(([name, port]) => `${name}://${host}:${port}`).join(',')
  const protocols = Object.entries({ CONTROLLER: 'PLAINTEXT', PLAINTEXT: 'PLAINTEXT', ...listeners })
  return {
    'process.roles': 'broker,controller',
    'node.id': String(plan.id),
    // Each in a rack of its own, so that a client can be nearer to one than to the others.
    'broker.rack': rackOf(plan.id),
    ...(dynamicQuorum
      ? { 'controller.quorum.bootstrap.servers': plans.map(controllerAddress).join(',') }
      : { 'controller.quorum.voters': plans.map(each => `${each.id}@${controllerAddress(each)}`).join(',') }),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: `${advertised},CONTROLLER://${host}:${plan.controllerPort}`,
    'advertised.listeners': advertised,
    'listener.security.protocol.map': protocols.map(pair => pair.join(':')).join(','),
    'log.dirs': Array.from({ length: logDirs }, (_, i) => `${plan.folder}/data${i === 0 ? '' : i + 1}`).join(','),
    ...testDefaults(plans.length),
    ...config,
  }
}

/** The voters with which a dynamic quorum begins, as `StorageTool format --initial-controllers` takes them. */
export function initialControllers(plans: readonly BrokerPlan[]): string {
  return plans.map(each => `${each.id}@${controllerAddress(each)}:${each.directoryId}`).join(',')
}

const controllerAddress = ({ controllerPort }: BrokerPlan): string => `${host}:${controllerPort}`

/** What tests want to be otherwise than production: internal topics that are soon made, groups that start at once. */
function testDefaults(brokers: number): Record<string, string> {
  const replicas = String(Math.min(brokers, 3))
  const inSync = brokers < 3 ? '1' : '2'
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '6',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '6',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': '6',
    'group.initial.rebalance.delay.ms': '0',
  }
}

/** Writes a Java properties file. */
export function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('')
}
