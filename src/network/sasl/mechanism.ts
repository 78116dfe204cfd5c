import type { Credentials } from './credentials.ts'

/** A way to authenticate, by its name in SaslHandshake. */
export interface SaslMechanism {
  readonly name: string
  /** Begins the client's side of one authentication. */
  begin(credentials: Credentials): SaslExchange | Promise<SaslExchange>
}

/** The client's side of one authentication. */
export interface SaslExchange {
  /**
   * The client's next message, or undefined when it is through.
   *
   * @param challenge What the broker said; empty before the first message.
   * @throws {@link SaslFailure} when the broker did not say what it should.
   */
  next(challenge: Buffer): Buffer | undefined | Promise<Buffer | undefined>
}

/** The broker's side of an exchange is not as it must be; the message says what is wrong with it, and no secrets. */
export class SaslFailure extends Error {}
