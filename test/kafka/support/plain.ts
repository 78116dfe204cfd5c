import type { Message, ProducerMessage } from '../../../src/index.ts'

/** A message as plain data that every client can be asked for: bytes are base64, offsets text. */
export interface PlainMessage {
  readonly offset: string
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

/** Bytes, or the UTF-8 of a text, as base64. */
export const base64 = (data: Uint8Array | string | null): string | null =>
  data === null ? null : Buffer.from(data as string).toString('base64')

/** What samsa has read. */
export function plain({ offset, timestamp, key, value, headers }: Message): PlainMessage {
  return {
    offset: String(offset),
    timestamp,
    key: base64(key),
    value: base64(value),
    headers: Array.from(headers, ([name, value]) => [name, base64(value)]),
  }
}

/** A message to write, whose every aspect is given. */
export interface Sample extends ProducerMessage {
  readonly key: string | Uint8Array | null
  readonly value: string | Uint8Array | null
  readonly headers: readonly (readonly [string, string | Uint8Array | null])[]
  readonly timestamp: number
}

/** What should be read of messages that were written to an empty partition in this order. */
export function expectedOf(samples: readonly Omit<Sample, 'topic'>[]): PlainMessage[] {
  return samples.map(({ key, value, headers, timestamp }, i) => ({
    offset: String(i),
    timestamp,
    key: base64(key),
    value: base64(value),
    headers: headers.map(([name, value]) => [name, base64(value)]),
  }))
}

/** Messages that differ in everything in which messages can differ. They are old: their topic needs `keepForEver`. */
export const samples: readonly Omit<Sample, 'topic'>[] = (
  [
    { key: 'plain', value: 'value' },
    { key: null, value: 'null key' },
    { key: '', value: 'empty key' },
    { key: 'tombstone', value: null },
    { key: 'empty value', value: '' },
    { key: null, value: null },
    { key: '', value: '' },
    { key: 'ключ 🗝', value: '値 – Größe' },
    { key: Uint8Array.of(0, 255, 254, 128, 0), value: Uint8Array.from({ length: 256 }, (_, i) => i) },
    {
      key: 'headers',
      value: 'in order, with duplicates',
      headers: [
        ['trace', 'a'],
        ['other', ''],
        ['trace', 'b'],
        ['none', null],
        ['trace', 'a'],
        ['Überschrift', Uint8Array.of(0, 200, 10)],
        ['', 'a name may be empty'],
      ],
    },
    { key: 'long', value: 'x'.repeat(20_000), headers: [['long', 'y'.repeat(300)]] },
  ] satisfies (Pick<Sample, 'key' | 'value'> & Partial<Sample>)[]
)
  // Neither ascending nor evenly spaced, and the first is not the least.
  .map((sample, i) => ({ headers: [], timestamp: 1_600_000_000_123 + ((i * 7919) % 13) * 86_400_000 - i, ...sample }))

/** Options of a topic whose messages may be as old as they like. */
export const keepForEver = { configs: { 'retention.ms': '-1' } } as const
