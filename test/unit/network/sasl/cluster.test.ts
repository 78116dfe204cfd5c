import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AuthenticationError, Kafka, type KafkaConfig, type SaslOptions } from '../../../../src/index.ts'
import { systemClock } from '../../../../src/testing/clock.ts'
import type { SaslOptions as ClusterSasl } from '../../../../src/testing/sasl/options.ts'
import { MockCluster, type MockClusterOptions } from '../../../../src/testing.ts'
import { selfSigned } from '../../../support/certificate.ts'
import { failure } from '../../../support/failure.ts'

const PASSWORD = 'wonder=land,'
const alice = { mechanism: 'SCRAM-SHA-256', username: 'a=b,c', password: PASSWORD } as const

async function clusterWith(sasl: Partial<ClusterSasl> = {}, options: MockClusterOptions = {}) {
  const users = { 'a=b,c': PASSWORD }
  const cluster = await MockCluster.start({ topics: { t: {} }, sasl: { users, ...sasl }, ...options })
  onTestFinished(() => cluster.stop())
  return cluster
}

function kafkaOf(cluster: MockCluster, sasl: SaslOptions | undefined, config: Partial<KafkaConfig> = {}): Kafka {
  const kafka = new Kafka({ brokers: cluster.brokers, ...config, net: { sasl } })
  onTestFinished(() => kafka.close())
  return kafka
}

describe('a client with net.sasl', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('sends and reads by %s', async mechanism => {
    const kafka = kafkaOf(await clusterWith(), { ...alice, mechanism })
    await kafka.producer().send({ topic: 't', value: 'v' })
    for await (const message of await kafka.consumer().consumePartition('t', 0, { from: 'oldest' })) {
      expect(String(message.value)).toBe('v')
      break
    }
    const shown = inspect(kafka, { depth: Infinity, showHidden: true })
    expect(shown).not.toContain(PASSWORD)
  })

  it('sends over TLS as well', async () => {
    const tls = selfSigned()
    const cluster = await clusterWith({}, { tls })
    const kafka = new Kafka({ brokers: cluster.brokers, net: { sasl: alice, tls: { ca: tls.cert } } })
    onTestFinished(() => kafka.close())
    expect(await kafka.producer().send({ topic: 't', value: 'v' })).toMatchObject({ offset: 0n })
  })

  // Were it tried again, this would take ten minutes.
  const never = { max: 1, backoffMs: 600_000, maxBackoffMs: 600_000 }
  const patient = {
    metadata: { retry: never },
    producer: { retry: never },
    consumer: { retry: never },
    admin: { retry: never },
  }

  it.each<[string, (kafka: Kafka) => Promise<unknown>]>([
    ['send', kafka => kafka.producer().send({ topic: 't', value: 'v' })],
    [
      'consumePartition',
      async kafka => {
        for await (const _ of await kafka.consumer().consumePartition('t', 0)) break
      },
    ],
    ['consume', kafka => kafka.consumerGroup('g').consume(['t'], { async consumeClaim() {} })],
    ['an admin', kafka => kafka.admin().listTopics()],
    ['the client', kafka => kafka.client.topics()],
  ])('learns of a wrong password at once: %s', async (_, call) => {
    const cluster = await clusterWith({}, { brokers: 3 })
    const error = await failure(call(kafkaOf(cluster, { ...alice, password: 'wrong' }, patient)))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ cause: { code: 'SASL_AUTHENTICATION_FAILED' } })
  })

  it('does not try a wrong password on all brokers, whatever the others are', async () => {
    const cluster = await clusterWith()
    const brokers = ['127.0.0.1:1', ...cluster.brokers]
    const kafka = new Kafka({ brokers, ...patient, net: { sasl: { ...alice, password: 'wrong' } } })
    onTestFinished(() => kafka.close())
    expect(await failure(kafka.admin().listTopics())).toBeInstanceOf(AuthenticationError)
  })

  it('does not log in as often as it is called while it is refused', async () => {
    const cluster = await clusterWith()
    const tookMs: number[] = []
    const hooks = { onConnect: ({ durationMs }: { readonly durationMs: number }) => void tookMs.push(durationMs) }
    const admin = kafkaOf(cluster, { ...alice, mechanism: 'PLAIN', password: 'wrong' }, { ...patient, hooks }).admin()
    for (let i = 0; i < 5; i++) expect(await failure(admin.listTopics())).toBeInstanceOf(AuthenticationError)
    expect(tookMs).toHaveLength(5)
    // The fifth waits for 400 ms, or up to a fifth less.
    expect(tookMs[4]).toBeGreaterThan(300)
  })

  it('logs in when the password is right again', async () => {
    const cluster = await clusterWith()
    let password = 'wrong'
    const credentials = () => ({ username: 'a=b,c', password })
    const admin = kafkaOf(cluster, { mechanism: 'PLAIN', credentials }, patient).admin()
    expect(await failure(admin.listTopics())).toBeInstanceOf(AuthenticationError)
    password = PASSWORD
    expect(await admin.listTopics()).toMatchObject([{ name: 't' }])
  })

  it('learns of a mechanism that is not offered, and which ones are', async () => {
    const cluster = await clusterWith({ mechanisms: ['PLAIN', 'SCRAM-SHA-512'] })
    const error = await failure(kafkaOf(cluster, alice, patient).admin().listTopics())
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain('it offers PLAIN, SCRAM-SHA-512')
  })

  it('learns that the listener has no SASL', async () => {
    const cluster = await MockCluster.start()
    onTestFinished(() => cluster.stop())
    const error = await failure(kafkaOf(cluster, alice, patient).admin().listTopics())
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain('is it a SASL listener?')
  })

  it('loses nothing while sessions end and are renewed', { timeout: 60_000 }, async () => {
    const started = Date.now()
    // The brokers' clock stands still, so that none of them finds a client late on a busy machine.
    const clock = { ...systemClock, now: () => started }
    const cluster = await clusterWith({ sessionLifetimeMs: 60 }, { clock })
    const lost: unknown[] = []
    const hooks: KafkaConfig['hooks'] = { onDisconnect: ({ error }) => error !== undefined && lost.push(error) }
    const kafka = kafkaOf(cluster, alice, { hooks })
    const producer = kafka.producer()
    const group = kafka.consumerGroup('g', { offsets: { initial: 'oldest' } })
    const read: string[] = []
    const eachMessage = ({ value }: { readonly value: unknown }) => void read.push(String(value))
    const consuming = group.run(['t'], { eachMessage })
    const sent: string[] = []
    while (cluster.requests('SaslHandshake').length < 30) {
      const values = Array.from({ length: 20 }, (_, i) => String(sent.length + i))
      await Promise.all(values.map(value => producer.send({ topic: 't', value })))
      sent.push(...values)
    }
    await expect.poll(() => read.length, { timeout: 30_000 }).toBe(sent.length)
    expect(read).toEqual(sent)
    expect(lost).toEqual([])
    await group.close()
    await consuming
  })
})
