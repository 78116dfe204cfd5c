import type * as NodeCrypto from 'node:crypto'

/** Node's module, which takes a MiB of memory: those who need it load it. */
export type Crypto = Pick<typeof NodeCrypto, 'createHash' | 'createHmac' | 'pbkdf2'>

export const SCRAM_MECHANISMS = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
export type ScramMechanism = (typeof SCRAM_MECHANISMS)[number]

/** The hash of a SCRAM mechanism, by Node's name. */
export type ScramHash = 'sha256' | 'sha512'

export const scramHashes: Readonly<Record<ScramMechanism, ScramHash>> = {
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
}

export const hashBytes: Readonly<Record<ScramHash, number>> = { sha256: 32, sha512: 64 }

/** What Kafka demands at least. */
export const MIN_ITERATIONS = 4_096

/** What is made of a password (RFC 5802, section 3). */
export interface ScramKeys {
  readonly clientKey: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** The password as both sides begin with it, made off the event loop. */
export function saltPassword(
  crypto: Crypto,
  hash: ScramHash,
  password: string | Uint8Array,
  salt: Uint8Array,
  iterations: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    crypto.pbkdf2(password, salt, iterations, hashBytes[hash], hash, (error, salted) => {
      if (error === null) resolve(salted)
      else reject(error)
    })
  })
}

export function scramKeys(crypto: Crypto, hash: ScramHash, saltedPassword: Buffer): ScramKeys {
  const clientKey = sign(crypto, hash, saltedPassword, 'Client Key')
  return {
    clientKey,
    storedKey: digest(crypto, hash, clientKey),
    serverKey: sign(crypto, hash, saltedPassword, 'Server Key'),
  }
}

export function digest(crypto: Crypto, hash: ScramHash, data: Buffer): Buffer {
  return crypto.createHash(hash).update(data).digest()
}

export function sign(crypto: Crypto, hash: ScramHash, key: Buffer, message: string): Buffer {
  return crypto.createHmac(hash, key).update(message).digest()
}

/** Of two of the same length. */
export function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ b[i]!))
}

/** A user name as it stands in a message. */
export function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

export function unescapeName(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
