import type { Credentials } from './credentials.ts'
import type { SaslExchange, SaslMechanism } from './mechanism.ts'

/** PLAIN (RFC 4616): the broker is told the password, so it should come over TLS. */
export class Plain implements SaslMechanism {
  readonly name = 'PLAIN'
  readonly #authorizationId: string

  /** @param authorizationId Who the user wants to act as; empty for itself. */
  constructor(authorizationId = '') {
    this.#authorizationId = authorizationId
  }

  begin({ username, password }: Credentials): SaslExchange {
    let message: Buffer | undefined = Buffer.from(`${this.#authorizationId}\0${username}\0${password}`)
    return {
      next() {
        const next = message
        message = undefined
        return next
      },
    }
  }
}
