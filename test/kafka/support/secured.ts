import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka } from '../../../scripts/kafka/start.ts'
import { keyPair, STORE_PASSWORD, trustStore } from './key-pair.ts'

/** The password of {@link PLAIN_USER}, whom the broker knows from its configuration. */
export const PLAIN_PASSWORD = 'of the configuration'
export const PLAIN_USER = 'carol'

/** How long clients are let in by SCRAM-SHA-256. Brokers do not let them come back within a second. */
const SESSION_MS = 1500

/** A broker with an authorizer, where one listener takes clients that show a certificate, and one those with a password. */
export async function startSecured() {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-security-'))
  const [broker, client] = [await keyPair(folder, 'localhost'), await keyPair(folder, 'alice')]
  const tls = {
    'keystore.location': broker.file,
    'keystore.type': 'PKCS12',
    'keystore.password': STORE_PASSWORD,
    'truststore.location': await trustStore(folder, client.certificate),
    'truststore.type': 'PKCS12',
    'truststore.password': STORE_PASSWORD,
    'client.auth': 'required',
  }
  const modules = 'org.apache.kafka.common.security'
  const sasl = {
    'plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_${PLAIN_USER}="${PLAIN_PASSWORD}";`,
    'scram-sha-256.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
    'scram-sha-256.connections.max.reauth.ms': String(SESSION_MS),
    'scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
  }
  const config = {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'delegation.token.secret.key': 'only of the tests',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...prefixed('listener.name.tls.ssl.', tls),
    ...prefixed('listener.name.sasl.', sasl),
  }
  const cluster = await startKafka({ exclusive: true, listeners: { TLS: 'SSL', SASL: 'SASL_PLAINTEXT' }, config })
  const options = { ca: broker.pem, pfx: await readFile(client.file), passphrase: STORE_PASSWORD }
  const stop = async () => {
    await cluster.stop()
    await rm(folder, { recursive: true })
  }
  return {
    /** Who comes here may do everything. */
    plain: cluster.bootstrap,
    sasl: cluster.listeners.SASL!,
    /** A configuration of the principal `User:CN=alice`. */
    alice: { brokers: cluster.listeners.TLS!, net: { tls: options } },
    stop,
  }
}

function prefixed(prefix: string, config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [prefix + key, value]))
}
