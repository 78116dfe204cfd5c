import * as crypto from 'node:crypto'
import { digest, sign, unescapeName, xor } from '../../util/scram.ts'
import { type Exchange, SaslFailure, type Step } from './exchange.ts'
import type { ScramCredential, ScramCredentials } from './scram-credentials.ts'

/** `n`, since there is no channel to bind to, and perhaps on whose behalf; user name, nonce and what else may come. */
const FIRST =
  /^(?<header>n,(?:a=(?<authorizationId>[^,]+))?,)(?<bare>n=(?<user>[^,]+),r=(?<nonce>[^,]+)(?<more>,.+)?)$/u
const FINAL = /^(?<unproved>c=(?<header>[^,]+),r=(?<nonce>[^,]+)(?:,[^,]+)*?),p=(?<proof>[^,]+)$/u

interface Begun {
  readonly user: string
  readonly credential: ScramCredential
  /** In base64, as the client has to repeat it. */
  readonly header: string
  readonly nonce: string
  /** The messages so far, as both sides sign them. */
  readonly messages: string
}

/** SCRAM (RFC 5802): both sides prove that they know the password, and neither tells it. */
export class ScramServer implements Exchange {
  readonly #credentials: ScramCredentials
  readonly #serverNonce: string
  #begun: Begun | undefined

  /** @param serverNonce Default: random. */
  constructor(credentials: ScramCredentials, serverNonce: string = crypto.randomBytes(18).toString('base64')) {
    this.#credentials = credentials
    this.#serverNonce = serverNonce
  }

  step(bytes: Buffer): Step {
    const message = bytes.toString('utf8')
    return this.#begun === undefined ? this.#first(message) : this.#final(message, this.#begun)
  }

  #first(message: string): Step {
    const { header, authorizationId, bare, user: saslName, nonce, more } = partsOf(FIRST, message)
    const user = unescapeName(saslName!)
    const credential = this.#credentials.get(user)
    // A delegation token would be told in an extension: there are none here.
    if (credential === undefined || more?.includes('tokenauth=true')) throw new SaslFailure()
    if (authorizationId !== undefined && unescapeName(authorizationId) !== user) {
      throw new SaslFailure(
        'Authentication failed: Client requested an authorization id that is different from username',
      )
    }
    const bothNonces = `${nonce}${this.#serverNonce}`
    const answer = `r=${bothNonces},s=${credential.salt.toString('base64')},i=${credential.iterations}`
    this.#begun = {
      user,
      credential,
      header: Buffer.from(header!).toString('base64'),
      nonce: bothNonces,
      messages: `${bare},${answer}`,
    }
    return { answer: Buffer.from(answer) }
  }

  #final(message: string, { user, credential, header, nonce, messages }: Begun): Step {
    const { hash } = this.#credentials
    const final = partsOf(FINAL, message)
    // librdkafka before 2.6.1 puts its own nonce in front once more. Brokers let that pass.
    if (final.header !== header || !final.nonce!.endsWith(nonce)) throw new SaslFailure()
    const signed = `${messages},${final.unproved}`
    const proof = Buffer.from(final.proof!, 'base64')
    const signature = sign(crypto, hash, credential.storedKey, signed)
    if (proof.length !== signature.length) throw new SaslFailure()
    const clientKey = xor(proof, signature)
    if (!crypto.timingSafeEqual(digest(crypto, hash, clientKey), credential.storedKey)) throw new SaslFailure()
    const serverSignature = sign(crypto, hash, credential.serverKey, signed)
    return { answer: Buffer.from(`v=${serverSignature.toString('base64')}`), user }
  }
}

function partsOf(pattern: RegExp, message: string): Record<string, string | undefined> {
  const groups = pattern.exec(message)?.groups
  if (groups === undefined) throw new SaslFailure()
  return groups
}
