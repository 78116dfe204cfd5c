import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** The hash of a SCRAM mechanism, by Node's name. */
export type ScramHash = 'sha256' | 'sha512'

export function digest(hash: ScramHash, data: Buffer): Buffer {
  return createHash(hash).update(data).digest()
}

export function sign(hash: ScramHash, key: Buffer, message: string): Buffer {
  return createHmac(hash, key).update(message).digest()
}

/** What a server keeps instead of a password (RFC 5802). */
export interface ScramCredential {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

function credentialOf(hash: ScramHash, password: string, iterations: number): ScramCredential {
  const salt = randomBytes(16)
  const length = hash === 'sha256' ? 32 : 64
  const salted = pbkdf2Sync(password, salt, iterations, length, hash)
  const storedKey = digest(hash, sign(hash, salted, 'Client Key'))
  return { salt, iterations, storedKey, serverKey: sign(hash, salted, 'Server Key') }
}

/** The credentials of all users for one hash, each made when it is first asked for: that takes milliseconds. */
export class ScramCredentials {
  readonly hash: ScramHash
  readonly #users: Readonly<Record<string, string>>
  readonly #iterations: number
  readonly #made = new Map<string, ScramCredential>()

  constructor(hash: ScramHash, users: Readonly<Record<string, string>>, iterations: number) {
    this.hash = hash
    this.#users = users
    this.#iterations = iterations
  }

  get(user: string): ScramCredential | undefined {
    if (!Object.hasOwn(this.#users, user)) return undefined
    const credential = this.#made.get(user) ?? credentialOf(this.hash, this.#users[user]!, this.#iterations)
    this.#made.set(user, credential)
    return credential
  }
}
