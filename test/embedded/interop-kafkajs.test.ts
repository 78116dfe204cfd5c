import { describe, expect, it } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { type KafkaJsCodec, peer, readSnappy, writeSnappy } from '../kafka/support/kafkajs.ts'
import { readMessages } from '../kafka/support/read.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1')

/** More than one block of any framing, of data that is neither all alike nor all different. */
const messages = Array.from({ length: 300 }, (_, i) => ({
  key: Buffer.from(`key-${i}`),
  value: Buffer.from(`${i}: ${'the same in each message '.repeat(1 + (i % 26))}${(i * 7919) ** 3}`),
}))

/** kafkajs has no snappy of its own: this is the codec that its manual names, and one that frames as Java does. */
const codecs = {
  'the codec kafkajs-snappy, which writes it raw': {
    isXerial: false,
    load: async () => (await peer<() => KafkaJsCodec>('kafkajs-snappy'))(),
  },
  "kafka-ts's codec, which writes xerial's framing": {
    isXerial: true,
    load: async (): Promise<KafkaJsCodec> => {
      const { SNAPPY } = await peer<{ SNAPPY: Record<keyof KafkaJsCodec, (bytes: Buffer) => Promise<Buffer>> }>(
        'kafka-ts/dist/codecs/snappy.js',
      )
      return { compress: ({ buffer }) => SNAPPY.compress(buffer), decompress: SNAPPY.decompress }
    },
  },
}

describe.each(Object.entries(codecs))('kafkajs, with %s,', (_, { isXerial, load }) => {
  it('writes snappy that samsa reads', async ctx => {
    const codec = await orReason(load)
    if (!codec.ok) return ctx.skip(codec.reason)
    const sent: Buffer[] = []
    const watched: KafkaJsCodec = {
      ...codec.value,
      async compress(encoder) {
        const bytes = await codec.value.compress(encoder)
        sent.push(bytes)
        return bytes
      },
    }
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    await writeSnappy(topic, messages, watched)
    const read = await readMessages(kafka, topic, BigInt(messages.length - 1))
    expect(read.map(({ key, value }) => ({ key, value }))).toEqual(messages)
    expect(new Set(read.map(({ batch }) => batch.codec))).toEqual(new Set(['snappy']))
    expect(sent.map(bytes => bytes.subarray(0, 8).equals(XERIAL_MAGIC))).toEqual([isXerial])
  })

  it('reads the snappy that samsa wrote', async ctx => {
    const codec = await orReason(load)
    if (!codec.ok) return ctx.skip(codec.reason)
    const received: Buffer[] = []
    const watched: KafkaJsCodec = {
      ...codec.value,
      decompress(bytes) {
        received.push(bytes)
        return codec.value.decompress(bytes)
      },
    }
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    await kafka.producer({ compression: 'snappy' }).sendAll(messages.map(message => ({ topic, ...message })))
    expect(await readSnappy(topic, messages.length, watched)).toEqual(messages)
    expect(received.map(bytes => bytes.subarray(0, 8))).toEqual(received.map(() => XERIAL_MAGIC))
  })
})
