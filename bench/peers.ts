import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

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

const folder = fileURLToPath(new URL('./peers/', import.meta.url))

/** Those that can be had; why another one cannot be is printed. */
export async function loadPeers(): Promise<Peer[]> {
  if (!existsSync(`${folder}node_modules`)) {
    console.log('installing the peers into bench/peers …')
    const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
    if (status !== 0) console.log(`npm could not: ${String(stderr).trim()}`)
  }
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

const requireFrom = createRequire(`${folder}package.json`)

interface KafkaJsEncoder {
  readonly buffer: Buffer
}

async function kafkajs(name: string): Promise<Peer> {
  const { RecordBatch } = requireFrom('kafkajs/src/protocol/recordBatch/v0') as {
    RecordBatch(options: object): Promise<KafkaJsEncoder>
  }
  const createRecord = requireFrom('kafkajs/src/protocol/recordBatch/record/v0') as (options: object) => object
  const decodeBatch = requireFrom('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<object>
  const Decoder = requireFrom('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object
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
  const { engines } = requireFrom(`${folder}node_modules/${name}/package.json`) as { engines: { node: string } }
  const entry = requireFrom.resolve(`${folder}node_modules/${name}/dist/index.js`)
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
  return (requireFrom(`${folder}node_modules/${name}/package.json`) as { version: string }).version
}
