import { bufferView } from '../util/buffer-view.ts'
import { type InspectArguments, inspectCustom, inspected } from '../util/inspected.ts'
import { cursor, readVarint } from './varint.ts'

/** One header: its name, and its value, a view of the batch's bytes. */
export type RecordHeader = readonly [name: string, value: Buffer | null]

/**
 * The headers of a record, in the order in which they were written; a name may occur more than once. They are parsed when
 * first asked for. Values are views of the batch's bytes, not copies.
 */
export class RecordHeaders implements Iterable<RecordHeader> {
  /** How many headers there are. */
  readonly size: number
  readonly #bytes: Buffer
  readonly #position: number
  #entries: readonly RecordHeader[] | undefined

  /** @param position where the first header begins in `bytes`; all `size` of them must have been checked. */
  constructor(bytes: Buffer, position: number, size: number) {
    this.size = size
    this.#bytes = bytes
    this.#position = position
  }

  /** The value of the last header of that name; undefined where there is none. */
  get(name: string): Buffer | null | undefined {
    const entries = this.#parsed()
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i]!
      if (entry[0] === name) return entry[1]
    }
    return undefined
  }

  /** The values of all headers of that name, in order. */
  getAll(name: string): (Buffer | null)[] {
    const values: (Buffer | null)[] = []
    for (const entry of this.#parsed()) if (entry[0] === name) values.push(entry[1])
    return values
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  [Symbol.iterator](): IterableIterator<RecordHeader> {
    return this.#parsed()[Symbol.iterator]()
  }

  /** Pairs, as order and duplicates matter, with the values as UTF-8 text. */
  toJSON(): [name: string, value: string | null][] {
    return Array.from(this.#parsed(), ([name, value]) => [name, value === null ? null : value.toString()])
  }

  [inspectCustom](...how: InspectArguments): string {
    return inspected('RecordHeaders', this.toJSON(), how)
  }

  #parsed(): readonly RecordHeader[] {
    this.#entries ??= parse(this.#bytes, this.#position, this.size)
    return this.#entries
  }
}

function parse(bytes: Buffer, position: number, size: number): RecordHeader[] {
  const end = bytes.length
  const entries: RecordHeader[] = []
  for (let i = 0; i < size; i++) {
    const nameLength = readVarint(bytes, position, end)
    const nameStart = cursor.position
    const nameEnd = nameStart + nameLength
    const name = bytes.toString('utf8', nameStart, nameEnd)
    const valueLength = readVarint(bytes, nameEnd, end)
    position = cursor.position
    if (valueLength < 0) {
      entries.push([name, null])
    } else {
      entries.push([name, bufferView(bytes.buffer, bytes.byteOffset + position, valueLength)])
      position += valueLength
    }
  }
  return entries
}

/** What records without headers share. */
export const NO_HEADERS = new RecordHeaders(Buffer.alloc(0), 0, 0)
