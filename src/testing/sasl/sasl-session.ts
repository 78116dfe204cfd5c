import { errorCodes } from '../../errors/broker-codes.ts'
import { type Exchange, SaslFailure, type Step } from './exchange.ts'

/** What a session offers, and how long what it grants is good for. */
export interface SaslTerms {
  /** The mechanisms that clients may choose from, and how each begins. */
  readonly mechanisms: ReadonlyMap<string, () => Exchange>
  /** 0: for ever. */
  readonly sessionLifetimeMs: number
}

/** What became of a step. */
export interface SaslOutcome {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly answer: Buffer
  /** Who the client is, once it is let in. */
  readonly user?: string
}

const NOTHING = Buffer.alloc(0)

/** How far a connection has come with its authentication. */
export class SaslSession {
  readonly #terms: SaslTerms
  #exchange: Exchange | undefined
  #mechanism: string | undefined
  #user: string | undefined

  constructor(terms: SaslTerms) {
    this.#terms = terms
  }

  /** The client chooses a mechanism. Once it is let in it may only do so where it has to come back (KIP-368). */
  handshake(mechanism: string): number {
    if (this.#exchange !== undefined) return errorCodes.ILLEGAL_SASL_STATE
    if (this.#user !== undefined && this.#terms.sessionLifetimeMs === 0) return errorCodes.ILLEGAL_SASL_STATE
    const begin = this.#terms.mechanisms.get(mechanism)
    if (begin === undefined) return errorCodes.UNSUPPORTED_SASL_MECHANISM
    if (this.#user !== undefined && mechanism !== this.#mechanism) {
      this.#exchange = refusing(
        `Reauthentication with mechanism ${mechanism}: the connection was authenticated with ${this.#mechanism}`,
      )
    } else {
      this.#exchange = begin()
    }
    this.#mechanism = mechanism
    return errorCodes.NONE
  }

  /** A step of the exchange that the handshake has begun. After an error the connection is to be closed. */
  authenticate(bytes: Buffer): SaslOutcome {
    const exchange = this.#exchange
    if (exchange === undefined) {
      const errorMessage =
        this.#user === undefined
          ? 'SaslAuthenticate request received before a SaslHandshake'
          : 'SaslAuthenticate request received after successful authentication'
      return { errorCode: errorCodes.ILLEGAL_SASL_STATE, errorMessage, answer: NOTHING }
    }
    try {
      return this.#granted(exchange.step(bytes))
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error
      this.#exchange = undefined
      // Which of name and password is wrong is not told.
      const reason = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${this.#mechanism}`
      return {
        errorCode: errorCodes.SASL_AUTHENTICATION_FAILED,
        errorMessage: error.message || reason,
        answer: NOTHING,
      }
    }
  }

  #granted({ answer, user }: Step): SaslOutcome {
    if (user === undefined) return { errorCode: errorCodes.NONE, errorMessage: null, answer }
    if (this.#user !== undefined && this.#user !== user) {
      throw new SaslFailure(`Cannot change principals during re-authentication from ${this.#user}: ${user}`)
    }
    this.#exchange = undefined
    this.#user = user
    return { errorCode: errorCodes.NONE, errorMessage: null, answer, user }
  }
}

function refusing(reason: string): Exchange {
  return {
    step() {
      throw new SaslFailure(reason)
    },
  }
}
