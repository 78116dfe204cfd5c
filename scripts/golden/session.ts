import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../kafka/run.ts'
import { startKafka } from '../kafka/start.ts'
import { compileJava, runJava } from './java.ts'
import type { KafkaCodec } from './kafka-codec.ts'
import { type Exchange, RecordingProxy } from './proxy.ts'
import { RawClient } from './raw-client.ts'
import { administrationScenarios } from './scenarios/administration.ts'
import { groupScenarios } from './scenarios/groups.ts'
import { recordScenarios } from './scenarios/records.ts'
import { saslScenarios } from './scenarios/sasl.ts'
import { shareAndStreamsScenarios } from './scenarios/share-and-streams.ts'
import { threeBrokerScenarios } from './scenarios/three-brokers.ts'
import { createTopic, topicScenarios } from './scenarios/topics.ts'
import { transactionScenarios } from './scenarios/transactions.ts'

/** What brokers write into responses should be the same wherever it is recorded: the ports and the folders. */
const PROXY_PORTS = { plain: 19092, sasl: 19093 }
const BROKER_PORTS = [19192, 19193, 19194]
const LOG_FOLDER = '/tmp/samsa-golden'
const PASSWORD = 'alice-secret'
/** Under this client id the scenarios speak, in whatever version. */
export const scriptClientId = 'golden'
const threeBrokersClientId = 'golden-three-brokers'

/** Starts a Kafka of this release, has clients talk to it, and gives all that was said. */
export async function recordSession(version: string, codec: KafkaCodec, folder: string): Promise<Exchange[]> {
  const newer = Number(version.split('.')[0]) >= 4
  const programs = ['Clients', 'Administration', ...(newer ? ['NewerClients'] : [])]
  const sources = [...programs, 'GoldenTelemetry'].map(name => `${name}.java`)
  const path = await compileJava(version, join(folder, version), sources)
  await rm(LOG_FOLDER, { recursive: true, force: true })
  await mkdir(LOG_FOLDER)
  const proxies: RecordingProxy[] = []
  try {
    process.env.JAVA_TOOL_OPTIONS = `-javaagent:${await telemetryAgent(join(folder, version))}`
    await using kafka = await startKafka({
      version,
      exclusive: true,
      listeners: { SASL: 'SASL_PLAINTEXT' },
      formatArguments: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap(mechanism => [
        '--add-scram',
        `${mechanism}=[name=alice,password=${PASSWORD}]`,
      ]),
      config: brokerConfig(newer),
    })
    delete process.env.JAVA_TOOL_OPTIONS
    const portOf = (listener: string) => Number(kafka.listeners[listener]?.[0]?.split(':')[1])
    proxies.push(await RecordingProxy.start(PROXY_PORTS.plain, portOf('PLAINTEXT')))
    proxies.push(await RecordingProxy.start(PROXY_PORTS.sasl, portOf('SASL')))
    await runScenarios(codec)
    const addresses = [`127.0.0.1:${PROXY_PORTS.plain}`, `127.0.0.1:${PROXY_PORTS.sasl}`]
    for (const program of programs) console.log(await runJava(path, program, [...addresses, PASSWORD]))
    return proxies.flatMap(({ exchanges }) => exchanges)
  } finally {
    delete process.env.JAVA_TOOL_OPTIONS
    for (const proxy of proxies) proxy.stop()
    await rm(LOG_FOLDER, { recursive: true, force: true })
  }
}

/** The same with three brokers, for what only brokers of others can say. */
export async function recordThreeBrokers(codec: KafkaCodec): Promise<Exchange[]> {
  await using kafka = await startKafka({ brokers: 3, exclusive: true, ports: BROKER_PORTS })
  const proxy = await RecordingProxy.start(PROXY_PORTS.plain, kafka.broker(1).port)
  try {
    const client = await new RawClient(codec, PROXY_PORTS.plain, threeBrokersClientId).connect()
    await threeBrokerScenarios(client, () => kafka.broker(3).kill())
    client.close()
    return proxy.exchanges
  } finally {
    proxy.stop()
  }
}

async function runScenarios(codec: KafkaCodec): Promise<void> {
  const client = await new RawClient(codec, PROXY_PORTS.plain, scriptClientId).connect()
  const topic = await createTopic(client, 'golden-raw')
  await recordScenarios(client, topic)
  await topicScenarios(client, topic)
  await groupScenarios(client, topic)
  await transactionScenarios(client, await createTopic(client, 'golden-raw-transactions'))
  await administrationScenarios(client, topic)
  await shareAndStreamsScenarios(client, topic)
  client.close()
  const alice = await new RawClient(codec, PROXY_PORTS.sasl, scriptClientId).connect()
  await saslScenarios(alice, PASSWORD)
  alice.close()
}

function brokerConfig(newer: boolean): Record<string, string> {
  return {
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${PROXY_PORTS.plain},SASL://127.0.0.1:${PROXY_PORTS.sasl}`,
    'log.dirs': `${LOG_FOLDER}/a,${LOG_FOLDER}/b`,
    'auto.create.topics.enable': 'false',
    'broker.rack': 'rack-a',
    'num.partitions': '1',
    'group.coordinator.rebalance.protocols': `classic,consumer${newer ? ',streams' : ''}`,
    // For InitProducerId 6. What 3.9 called unstable, 4.x has changed.
    'unstable.api.versions.enable': String(newer),
    'transaction.two.phase.commit.enable': 'true',
    'metric.reporters': 'GoldenTelemetry',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="${PASSWORD}";`,
    'listener.name.sasl.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.sasl.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'delegation.token.secret.key': 'golden',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'true',
  }
}

/** A jar that brings the telemetry receiver into a broker's class path. */
async function telemetryAgent(classes: string): Promise<string> {
  const [jar, manifest] = [join(classes, 'agent.jar'), join(classes, 'manifest')]
  await writeFile(manifest, 'Premain-Class: GoldenTelemetry$Agent\n')
  const files = ['GoldenTelemetry.class', 'GoldenTelemetry$Agent.class'].flatMap(file => ['-C', classes, file])
  const { code, output } = await run('jar', ['--create', '--file', jar, '--manifest', manifest, ...files])
  if (code !== 0) throw new Error(`the agent cannot be packed:\n${output}`)
  return jar
}
