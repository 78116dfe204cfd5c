import type { RequestOf, ResponseOf } from '../handlers.ts'

export type JoinAnswer = ResponseOf<'JoinGroup'>
export type SyncAnswer = ResponseOf<'SyncGroup'>

/** An assignor that a member can work with, and what the member has to say to it. */
export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

/** What stays the same of a member as long as it is one. */
export interface MemberIdentity {
  readonly id: string
  /** The name of a static member (KIP-345); null for a dynamic one. */
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
}

/** What a member asks for each time that it joins. */
export interface MemberTerms {
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** The most preferred first. */
  readonly protocols: readonly MemberProtocol[]
}

export const NO_ASSIGNMENT: Buffer = Buffer.alloc(0)

/** A member of a classic group. */
export class Member {
  readonly identity: MemberIdentity
  terms: MemberTerms
  assignment: Buffer = NO_ASSIGNMENT
  /** Until its first JoinGroup is answered: it has no id to send heartbeats with, and may have gone away. */
  isNew = false
  #join: ((answer: JoinAnswer) => void) | undefined
  #sync: ((answer: SyncAnswer) => void) | undefined

  constructor(identity: MemberIdentity, terms: MemberTerms) {
    this.identity = identity
    this.terms = terms
  }

  get id(): string {
    return this.identity.id
  }

  get isStatic(): boolean {
    return this.identity.instanceId !== null
  }

  get awaitsJoin(): boolean {
    return this.#join !== undefined
  }

  get awaitsSync(): boolean {
    return this.#sync !== undefined
  }

  /** The answer to a JoinGroup. One that waits already is never answered: its client has given up on it and asks again. */
  waitForJoin(): Promise<JoinAnswer> {
    return new Promise(resolve => {
      this.#join = resolve
    })
  }

  waitForSync(): Promise<SyncAnswer> {
    return new Promise(resolve => {
      this.#sync = resolve
    })
  }

  /** False when no JoinGroup was waiting. */
  answerJoin(answer: JoinAnswer): boolean {
    const resolve = this.#join
    this.#join = undefined
    resolve?.(answer)
    return resolve !== undefined
  }

  /** False when no SyncGroup was waiting. */
  answerSync(answer: SyncAnswer): boolean {
    const resolve = this.#sync
    this.#sync = undefined
    resolve?.(answer)
    return resolve !== undefined
  }

  metadata(protocol: string | null): Buffer {
    return this.terms.protocols.find(({ name }) => name === protocol)?.metadata ?? NO_ASSIGNMENT
  }

  /** Whether a member that joins again says what it said before. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    const known = this.terms.protocols
    return (
      known.length === protocols.length &&
      known.every(({ name, metadata }, i) => name === protocols[i]!.name && metadata.equals(protocols[i]!.metadata))
    )
  }

  /** The first of its protocols that all members can work with. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.terms.protocols.find(({ name }) => candidates.has(name))?.name
  }
}

/** The terms of a JoinGroup. The bytes are copied, for those of a request are views of its frame. */
export function termsOf(request: RequestOf<'JoinGroup'>): MemberTerms {
  const { sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request
  return {
    sessionTimeoutMs,
    // Version 0 has no such field.
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? sessionTimeoutMs : rebalanceTimeoutMs,
    protocols: protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
  }
}
