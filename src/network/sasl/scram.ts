import type * as NodeCrypto from 'node:crypto'
import {
  escapeName,
  MIN_ITERATIONS,
  type ScramHash,
  type ScramMechanism,
  saltPassword,
  scramHashes,
  scramKeys,
  sign,
  xor,
} from '../../util/scram.ts'
import type { Credentials } from './credentials.ts'
import { type SaslExchange, SaslFailure, type SaslMechanism } from './mechanism.ts'

/** There is no channel to bind to, and nobody else to act as. */
const HEADER = 'n,,'
/** Takes about a second. A broker that asks for more would only burn the CPU; Kafka itself allows 16,384. */
const MAX_ITERATIONS = 1_000_000
/** Far more than any broker has to say. */
const MAX_MESSAGE_BYTES = 8_192
const NONCE_BYTES = 24

const SERVER_FIRST = /^r=(?<nonce>[!-+\--~]+),s=(?<salt>[^,]+),i=(?<iterations>\d{1,10})(?:,[A-Za-z]=[^,]*)*$/
const SERVER_FINAL = /^(?:e=(?<error>[^,]+)|v=(?<signature>[^,]+))(?:,[A-Za-z]=[^,]*)*$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither tells it. */
export class Scram implements SaslMechanism {
  readonly name: ScramMechanism
  readonly #tokenAuth: boolean

  /** @param tokenAuth Whether the credentials are the id and the HMAC of a delegation token (KIP-48). */
  constructor(name: ScramMechanism, tokenAuth = false) {
    this.name = name
    this.#tokenAuth = tokenAuth
  }

  async begin(credentials: Credentials): Promise<SaslExchange> {
    // It takes a MiB of memory, which those who do not want it shall not spend.
    const crypto = await import('node:crypto')
    const nonce = crypto.randomBytes(NONCE_BYTES).toString('base64')
    return new ScramExchange(crypto, scramHashes[this.name], credentials, nonce, this.#tokenAuth)
  }
}

/** The client's side of one authentication. */
export class ScramExchange implements SaslExchange {
  readonly #crypto: typeof NodeCrypto
  readonly #hash: ScramHash
  readonly #credentials: Credentials
  readonly #nonce: string
  readonly #firstBare: string
  #state: 'first' | 'challenged' | 'proved' | 'through' = 'first'
  #serverSignature: Buffer | undefined

  constructor(crypto: typeof NodeCrypto, hash: ScramHash, credentials: Credentials, nonce: string, tokenAuth: boolean) {
    this.#crypto = crypto
    this.#hash = hash
    this.#credentials = credentials
    this.#nonce = nonce
    this.#firstBare = `n=${escapeName(credentials.username)},r=${nonce}${tokenAuth ? ',tokenauth=true' : ''}`
  }

  async next(challenge: Buffer): Promise<Buffer | undefined> {
    switch (this.#state) {
      case 'first':
        this.#state = 'challenged'
        return Buffer.from(HEADER + this.#firstBare)
      case 'challenged':
        this.#state = 'proved'
        return Buffer.from(await this.#proof(textOf(challenge)))
      case 'proved':
        this.#verify(textOf(challenge))
        this.#state = 'through'
        return undefined
      case 'through':
        return undefined
    }
  }

  async #proof(serverFirst: string): Promise<string> {
    const { nonce, salt: saltText, iterations: iterationsText } = partsOf(SERVER_FIRST, serverFirst, 'first message')
    const isOurs = nonce!.startsWith(this.#nonce) && nonce!.length > this.#nonce.length
    if (!isOurs) throw new SaslFailure('its nonce does not go on from that of the client')
    const salt = base64Of(saltText!, 'salt')
    const iterations = Number(iterationsText)
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      const range = `${MIN_ITERATIONS} to ${MAX_ITERATIONS}`
      throw new SaslFailure(`it asks for ${iterations} iterations of the hash, where ${range} are allowed`)
    }
    const salted = await saltPassword(this.#crypto, this.#hash, this.#credentials.password, salt, iterations)
    const { clientKey, storedKey, serverKey } = scramKeys(this.#crypto, this.#hash, salted)
    const unproved = `c=${Buffer.from(HEADER).toString('base64')},r=${nonce}`
    const signed = `${this.#firstBare},${serverFirst},${unproved}`
    this.#serverSignature = sign(this.#crypto, this.#hash, serverKey, signed)
    const proof = xor(clientKey, sign(this.#crypto, this.#hash, storedKey, signed))
    return `${unproved},p=${proof.toString('base64')}`
  }

  /** Only who knows the password, or what is kept of it, can sign so. */
  #verify(serverFinal: string): void {
    const { error, signature: signatureText } = partsOf(SERVER_FINAL, serverFinal, 'last message')
    if (error !== undefined) throw new SaslFailure(`it says ${JSON.stringify(error.slice(0, 100))}`)
    const signature = base64Of(signatureText!, 'signature')
    const expected = this.#serverSignature!
    const isRight = signature.length === expected.length && this.#crypto.timingSafeEqual(signature, expected)
    if (!isRight) throw new SaslFailure('it has not proved that it knows the password: its signature is wrong')
  }
}

function textOf(challenge: Buffer): string {
  if (challenge.length > MAX_MESSAGE_BYTES) throw new SaslFailure(`it sent a message of ${challenge.length} bytes`)
  return challenge.toString('utf8')
}

function partsOf(pattern: RegExp, message: string, what: string): Record<string, string | undefined> {
  const groups = pattern.exec(message)?.groups
  if (groups === undefined) throw new SaslFailure(`its ${what} cannot be read`)
  return groups
}

function base64Of(text: string, what: string): Buffer {
  if (!BASE64.test(text)) throw new SaslFailure(`its ${what} is not base64`)
  return Buffer.from(text, 'base64')
}
