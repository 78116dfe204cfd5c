import * as crypto from 'node:crypto'
import { hashBytes, type ScramHash, scramKeys } from '../../util/scram.ts'

/** What a server keeps instead of a password (RFC 5802). */
export interface ScramCredential {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

function credentialOf(hash: ScramHash, password: string, iterations: number): ScramCredential {
  const salt = crypto.randomBytes(16)
  const salted = crypto.pbkdf2Sync(password, salt, iterations, hashBytes[hash], hash)
  const { storedKey, serverKey } = scramKeys(crypto, hash, salted)
  return { salt, iterations, storedKey, serverKey }
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
