/** What the server says in one step of an exchange. */
export interface Step {
  readonly answer: Buffer
  /** Who the client is, once it has proved it: with that the exchange is over. */
  readonly user?: string
}

/** The server's side of one authentication. */
export interface Exchange {
  /** @throws {@link SaslFailure} when the client is not let in. */
  step(bytes: Buffer): Step
}

/** The client is not let in. The message is told to the client; without one it learns no reason. */
export class SaslFailure extends Error {}
