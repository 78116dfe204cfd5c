import type { Client } from '../cluster/client.ts'
import { ConfigurationError } from '../errors/client-errors.ts'
import { describeValue } from '../util/options.ts'
import { compare } from './assignors/members.ts'

/**
 * The topics that a member subscribes to: names, and all whose names match a regular expression, which are looked for as often as
 * metadata is refreshed.
 */
export class Subscription {
  readonly #client: Client
  readonly #names: readonly string[]
  readonly #patterns: readonly RegExp[]
  readonly #frequencyMs: number
  #matching: readonly string[] = []
  #timer: NodeJS.Timeout | undefined

  /** @throws {@link ConfigurationError} for what is no list of names and regular expressions. */
  constructor(client: Client, topics: readonly (string | RegExp)[], frequencyMs: number) {
    checkTopics(topics)
    this.#client = client
    this.#names = topics.filter(topic => typeof topic === 'string')
    this.#patterns = topics.filter(topic => typeof topic !== 'string')
    this.#frequencyMs = frequencyMs
  }

  get topics(): readonly string[] {
    return [...new Set([...this.#names, ...this.#matching])].sort(compare)
  }

  /** Looks for what matches, and goes on looking; `onChange` is told when that is something else than before. */
  async start(signal: AbortSignal, onChange: () => void): Promise<void> {
    if (this.#patterns.length === 0) return
    this.#matching = await this.#match(signal)
    this.#arm(signal, onChange)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #arm(signal: AbortSignal, onChange: () => void): void {
    if (this.#frequencyMs === 0 || signal.aborted) return
    this.#timer = setTimeout(async () => {
      try {
        const found = await this.#match(signal)
        const isNews = found.join() !== this.#matching.join()
        this.#matching = found
        if (isNews && !signal.aborted) onChange()
      } catch (error) {
        if (!signal.aborted) this.#client.logger.warn('topics could not be looked for', { error: String(error) })
      }
      this.#arm(signal, onChange)
    }, this.#frequencyMs)
  }

  async #match(signal: AbortSignal): Promise<string[]> {
    const all = await this.#client.topics(null, signal)
    return all
      .filter(({ isInternal, errorCode }) => !isInternal && errorCode === 0)
      .map(({ name }) => name ?? '')
      .filter(name => this.#patterns.some(pattern => matches(pattern, name)))
      .sort(compare)
  }
}

function matches(pattern: RegExp, name: string): boolean {
  // One with the flag g or y goes on where it ended the last time.
  pattern.lastIndex = 0
  return pattern.test(name)
}

/** @throws {@link ConfigurationError} for what is no list of names and regular expressions. */
export function checkTopics(topics: unknown): void {
  const problem = (option: string, problem: string) => new ConfigurationError([{ option, problem }])
  if (!Array.isArray(topics) || topics.length === 0) {
    throw problem('topics', `must be a list of names and regular expressions, not ${describeValue(topics)}`)
  }
  topics.forEach((topic: unknown, i) => {
    if (topic instanceof RegExp || (typeof topic === 'string' && topic !== '')) return
    throw problem(`topics[${i}]`, `must be the name of a topic or a regular expression, not ${describeValue(topic)}`)
  })
}
