/** The words for the numbers of a field of the protocol, both ways. They are Java's names, in lower case. */
export class Codes<Name extends string> {
  readonly names: readonly Name[]
  readonly #codes: Readonly<Record<Name, number>>
  readonly #names: ReadonlyMap<number, Name>

  constructor(codes: Readonly<Record<Name, number>>) {
    this.#codes = codes
    this.names = Object.keys(codes) as Name[]
    this.#names = new Map(this.names.map(name => [codes[name], name]))
  }

  code(name: Name): number {
    return this.#codes[name]
  }

  /** `unknown` where the broker is newer than samsa. */
  name(code: number): Name | 'unknown' {
    return this.#names.get(code) ?? 'unknown'
  }
}
