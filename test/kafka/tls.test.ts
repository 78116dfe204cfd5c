import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { startKafka } from '../../scripts/kafka/start.ts'
import { KafkaUnavailableError } from '../../scripts/kafka/unavailable.ts'
import { ConnectionError, KafkaError } from '../../src/index.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { own } from './support/own.ts'
import { readMessages, valuesOf } from './support/read.ts'
import { LONG_MS } from './support/restarts.ts'

needsKafka()

/** A key with a certificate that it signed itself, for `localhost` and 127.0.0.1; keytool comes with Java. */
async function selfSigned(folder: string) {
  const file = join(folder, 'broker.p12')
  const store = ['-alias', 'broker', '-keystore', file, '-storetype', 'PKCS12', '-storepass', 'changeit']
  const names = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost,ip:127.0.0.1']
  const keytool = (...args: string[]) => promisify(execFile)('keytool', args)
  await keytool('-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-validity', '2', ...names, ...store)
  const certificate = join(folder, 'broker.pem')
  await keytool('-exportcert', '-rfc', '-file', certificate, ...store)
  return { file, ca: await readFile(certificate, 'utf8') }
}

async function startWithTls() {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-tls-'))
  const { file, ca } = await selfSigned(folder).catch(error => {
    if (error.code === 'ENOENT') throw new KafkaUnavailableError('keytool is not installed')
    throw error
  })
  const config = {
    'listener.name.tls.ssl.keystore.location': file,
    'listener.name.tls.ssl.keystore.type': 'PKCS12',
    'listener.name.tls.ssl.keystore.password': 'changeit',
  }
  const cluster = await startKafka({ exclusive: true, listeners: { TLS: 'SSL' }, config })
  const stop = async () => {
    await cluster.stop()
    await rm(folder, { recursive: true })
  }
  return { brokers: cluster.listeners.TLS!, plain: cluster.bootstrap, ca, stop }
}

describe('a TLS listener', { timeout: LONG_MS }, () => {
  const server = own(startWithTls)
  const hasty = { retry: { max: 0 } }

  it.each(['127.0.0.1', 'localhost'])('takes and gives messages, by its certificate, as %s', async host => {
    const brokers = server().brokers.map(broker => broker.replace('127.0.0.1', host))
    const kafka = newKafka({ brokers, net: { tls: { ca: server().ca } } })
    const topic = await newTopic(kafka)
    const values = ['small', 'x'.repeat(200_000), 'end']
    await kafka.producer({ compression: 'gzip' }).sendAll(values.map(value => ({ topic, value })))
    expect(valuesOf(await readMessages(kafka, topic, 2n))).toEqual(values)
    // It is the same log that others see without TLS.
    expect(valuesOf(await readMessages(newKafka({ brokers: server().plain }), topic, 2n))).toEqual(values)
  })

  it('gives itself away to a client without net.tls', async () => {
    const error = await failure(firstCall({ brokers: server().brokers, metadata: hasty }))
    expect(error).toBeInstanceOf(KafkaError)
    for (const part of [server().brokers[0], 'TLS', 'set net.tls']) expect(error.message).toContain(part)
  })

  it('is not trusted where nothing vouches for its certificate', async () => {
    const error = await failure(firstCall({ brokers: server().brokers, net: { tls: true }, metadata: hasty }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toContain(server().brokers[0])
    expect(error.message).toMatch(/self-signed certificate.*not trusted here: give that in net\.tls\.ca/)
  })

  it('is not spoken by a plain listener, which the error says', async () => {
    const error = await failure(firstCall({ brokers: server().plain, net: { tls: true }, metadata: hasty }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toContain(server().plain[0])
    expect(error.message).toMatch(/is (this|it) a TLS listener/)
  })

  const firstCall = (config: Parameters<typeof newKafka>[0]) =>
    newKafka(config).producer().send({ topic: 'never', value: 'x' })
})
