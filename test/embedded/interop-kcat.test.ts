import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { kcat, kcatBytes, kcatJson } from '../kafka/support/kcat.ts'
import { keepForEver, samples } from '../kafka/support/plain.ts'
import { readBatches, readMessages } from '../kafka/support/read.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

beforeEach(async context => {
  const installed = await orReason(() => kcat(['-V']))
  if (!installed.ok) context.skip(installed.reason)
})

const isText = (data: unknown): data is string | null => data === null || typeof data === 'string'
const texts = samples.filter(
  ({ key, value, headers }) => isText(key) && isText(value) && headers.every(([, value]) => isText(value)),
)
const bytesOf = (data: Uint8Array | string | null) => (data === null ? null : Buffer.from(data as string))

describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('kcat, with compression %s,', compression => {
  it('reads all that samsa wrote', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, keepForEver)
    const headers = [
      ['trace', 'a'],
      ['none', null],
      ['trace', 'b'],
      ['empty', ''],
      ['trace', 'a'],
    ] as const
    const messages = [{ key: 'k', value: 'v', headers, timestamp: 1_700_000_000_001 }, ...texts]
    await kafka.producer({ compression }).sendAll(messages.map(message => ({ topic, partition: 0, ...message })))
    const [batch] = await readBatches(kafka, topic, 0n)
    expect(batch?.at(0)?.batch.codec).toBe(compression)
    expect(await kcatJson(topic, messages.length)).toEqual(
      messages.map(({ key, value, headers, timestamp }, offset) => ({
        topic,
        partition: 0,
        offset,
        tstype: 'create',
        ts: timestamp,
        broker: expect.any(Number),
        ...(headers.length === 0 ? {} : { headers: headers.flat() }),
        key,
        payload: value,
      })),
    )
  })

  it('reads the very bytes of keys and values', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, keepForEver)
    await kafka.producer({ compression }).sendAll(samples.map(sample => ({ topic, ...sample })))
    expect(await kcatBytes(topic, samples.length)).toEqual(
      samples.map(({ key, value }) => [bytesOf(key), bytesOf(value)]),
    )
  })

  it('writes what samsa reads in full', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const write = (input: string, ...args: string[]) =>
      kcat(['-P', '-t', topic, '-p', '0', '-z', compression, ...args], input)
    const folder = await mkdtemp(join(tmpdir(), 'samsa-kcat-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const bytes = Buffer.from(Uint8Array.from({ length: 4096 }, (_, i) => i))
    await writeFile(join(folder, 'bytes'), bytes)

    await write('k1:v1\n:empty key\nk2:\n:\n', '-K:', '-H', 'a=1', '-H', 'b', '-H', 'a=2', '-H', 'c=', '-H', 'a=1')
    await write('no key\n')
    await write('tombstone:\n:null key\n', '-K:', '-Z')
    // A file is one message.
    await write('', '-k', 'ключ', join(folder, 'bytes'))

    const read = await readMessages(kafka, topic, 7n)
    const headers = [
      ['a', Buffer.from('1')],
      ['b', null],
      ['a', Buffer.from('2')],
      ['c', Buffer.from('')],
      ['a', Buffer.from('1')],
    ]
    const text = (value: string) => Buffer.from(value)
    expect(read.map(({ offset, key, value, headers }) => ({ offset, key, value, headers: [...headers] }))).toEqual([
      { offset: 0n, key: text('k1'), value: text('v1'), headers },
      { offset: 1n, key: text(''), value: text('empty key'), headers },
      { offset: 2n, key: text('k2'), value: text(''), headers },
      { offset: 3n, key: text(''), value: text(''), headers },
      { offset: 4n, key: null, value: text('no key'), headers: [] },
      { offset: 5n, key: text('tombstone'), value: null, headers: [] },
      { offset: 6n, key: null, value: text('null key'), headers: [] },
      { offset: 7n, key: text('ключ'), value: bytes, headers: [] },
    ])
    const asKcatReads = (await kcatJson(topic, read.length)) as { ts: number }[]
    expect(read.map(({ timestamp }) => timestamp)).toEqual(asKcatReads.map(({ ts }) => ts))
    // librdkafka leaves a batch as it is when it would only grow; this one shrinks.
    expect(read[7]?.batch.codec).toBe(compression)
  })
})
