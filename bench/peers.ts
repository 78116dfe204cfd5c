import { installPeers, peersFolder, requirePeer } from './install-peers.ts'

/** A record as all of them take it. */
export interface PlainRecord {
  readonly key: Buffer
  readonly value: Buffer
  readonly timestamp: number
}

/** Another client's way of encoding and decoding a record batch of format v2. */
export interface Peer {
  readonly name: string
  encode(records: readonly PlainRecord[]): unknown
  /** All records, with key and value, as the client gives them to its users. */
  decode(batch: Buffer): unknown
}

/** Those that can be had; why another one cannot be is printed. */
export async function loadPeers(): Promise<Peer[]> {
  await installPeers().catch((error: Error) => console.log(error.message))
  const peers: Peer[] = []
  for (const [name, load] of [
    ['kafkajs', kafkajs],
    ['@platformatic/kafka', platformatic],
  ] as const) {
    try {
      peers.push(await load(name))
    } catch (error) {
      console.log(`${name} is left out: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  return peers
}

interface KafkaJsEncoder {
  readonly buffer: Buffer
}

async function kafkajs(name: string): Promise<Peer> {
  const { RecordBatch } = requirePeer('kafkajs/src/protocol/recordBatch/v0') as {
    RecordBatch(options: object): Promise<KafkaJsEncoder>
  }
  const createRecord = requirePeer('kafkajs/src/protocol/recordBatch/record/v0') as (options: object) => object
  const decodeBatch = requirePeer('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<object>
  const Decoder = requirePeer('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object
  return {
    name: `${name} ${version(name)}`,
    // As its produce request does it.
    async encode(records) {
      const firstTimestamp = records[0]!.timestamp
      const encoded = records.map(({ key, value, timestamp }, offsetDelta) =>
        createRecord({ offsetDelta, timestampDelta: timestamp - firstTimestamp, key, value, headers: {} }),
      )
      const lastOffsetDelta = records.length - 1
      return (await RecordBatch({ firstTimestamp, maxTimestamp: firstTimestamp, lastOffsetDelta, records: encoded }))
        .buffer
    },
    decode: batch => decodeBatch(new Decoder(batch)),
  }
}

interface Platformatic {
  createRecordsBatch(messages: object[], options: object): { readonly buffer: Buffer }
  readRecordsBatch(reader: object): object
  readonly Reader: { from(bytes: Buffer): object }
}

async function platformatic(name: string): Promise<Peer> {
  const { engines } = requirePeer(`${peersFolder}node_modules/${name}/package.json`) as { engines: { node: string } }
  const entry = requirePeer.resolve(`${peersFolder}node_modules/${name}/dist/index.js`)
  const { createRecordsBatch, readRecordsBatch, Reader } = (await import(entry).catch((error: Error) => {
    throw new Error(`it needs Node ${engines.node}, and this is ${process.version}: ${error.message}`)
  })) as Platformatic
  return {
    name: `${name} ${version(name)}`,
    encode(records) {
      const messages = records.map(({ key, value, timestamp }) => ({
        topic: 't',
        key,
        value,
        timestamp: BigInt(timestamp),
      }))
      return createRecordsBatch(messages, {}).buffer
    },
    decode: batch => readRecordsBatch(Reader.from(batch)),
  }
}

function version(name: string): string {
  return (requirePeer(`${peersFolder}node_modules/${name}/package.json`) as { version: string }).version
}
