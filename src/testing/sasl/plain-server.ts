import { type Exchange, SaslFailure, type Step } from './exchange.ts'

const NOTHING = Buffer.alloc(0)

/** PLAIN (RFC 4616): one message, in which the client says who it is and its password. */
export class PlainServer implements Exchange {
  readonly #users: Readonly<Record<string, string>>

  constructor(users: Readonly<Record<string, string>>) {
    this.#users = users
  }

  step(bytes: Buffer): Step {
    const parts = bytes.toString('utf8').split('\0')
    if (parts.length !== 3) {
      throw new SaslFailure(`Invalid SASL/PLAIN response: expected 3 tokens, got ${parts.length}`)
    }
    const [authorizationId, user, password] = parts as [string, string, string]
    if (user === '') throw new SaslFailure('Authentication failed: username not specified')
    if (password === '') throw new SaslFailure('Authentication failed: password not specified')
    if (!Object.hasOwn(this.#users, user) || this.#users[user] !== password) {
      throw new SaslFailure('Authentication failed: Invalid username or password')
    }
    if (authorizationId !== '' && authorizationId !== user) {
      throw new SaslFailure(
        'Authentication failed: Client requested an authorization id that is different from username',
      )
    }
    return { answer: NOTHING, user }
  }
}
