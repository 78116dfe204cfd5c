import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KafkaUnavailableError } from '../../../scripts/kafka/unavailable.ts'

export const STORE_PASSWORD = 'changeit'

/** A key with a certificate that it signed itself, for `localhost` and 127.0.0.1; keytool comes with Java. */
export async function keyPair(folder: string, commonName: string) {
  const file = join(folder, `${commonName}.p12`)
  const store = ['-alias', commonName, '-keystore', file, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD]
  const names = ['-dname', `CN=${commonName}`, '-ext', 'san=dns:localhost,ip:127.0.0.1']
  await keytool('-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-validity', '2', ...names, ...store)
  const certificate = join(folder, `${commonName}.pem`)
  await keytool('-exportcert', '-rfc', '-file', certificate, ...store)
  return { file, certificate, pem: await readFile(certificate, 'utf8') }
}

/** A store of certificates that are trusted. */
export async function trustStore(folder: string, certificate: string) {
  const file = join(folder, 'trusted.p12')
  const store = ['-keystore', file, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD]
  await keytool('-importcert', '-noprompt', '-alias', 'client', '-file', certificate, ...store)
  return file
}

async function keytool(...args: string[]): Promise<void> {
  try {
    await promisify(execFile)('keytool', args)
  } catch (error) {
    const isMissing = (error as { readonly code?: unknown }).code === 'ENOENT'
    throw isMissing ? new KafkaUnavailableError('keytool is not installed') : error
  }
}
