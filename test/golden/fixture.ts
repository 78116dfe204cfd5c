import { readdirSync, readFileSync } from 'node:fs'
import type { Api } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis.ts'

/** A frame that a real client or broker sent, and what Kafka's own classes read in it. */
export interface Fixture {
  readonly direction: 'request' | 'response'
  readonly version: number
  /** The release of the broker, and of the client where it is Java's. */
  readonly kafka: string
  /** The client id, which tells what the client was about. */
  readonly client: string
  /** What Kafka reads, as the JSON of its own converters; `records` is there where the body has record batches. */
  readonly header: string
  readonly body: string
  readonly records?: string
  /** The frame without its length. */
  readonly bytes: Buffer
}

/** A record batch as `scripts/golden/KafkaCodec.java` describes it; keys, values and header values are base64. */
export interface BatchDescription {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly magic: number
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly maxTimestamp: number
  readonly partitionLeaderEpoch: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
  readonly control: boolean
  readonly records: readonly {
    readonly offset: number
    readonly timestamp: number
    readonly key: string | null
    readonly value: string | null
    readonly controlType?: string
    readonly headers: readonly (readonly [string, string | null])[]
  }[]
}

const HEX_DIGITS_A_LINE = 120

/** The file of an API, in this folder: that of its declaration in `src/protocol/messages`, as text. */
export function fixtureFile(apiName: string): string {
  return `${apiName.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.txt`
}

/** One block of lines a frame, with a line between: made to be read, and to show in a diff what is different. */
export function formatFixtures(fixtures: readonly Fixture[]): string {
  return fixtures.map(formatFixture).join('\n')
}

function formatFixture({ direction, version, kafka, client, header, body, records, bytes }: Fixture): string {
  const hex = bytes.toString('hex').match(new RegExp(`.{1,${HEX_DIGITS_A_LINE}}`, 'g')) ?? []
  const lines = [`${direction} v${version}, Kafka ${kafka}, client ${client}`, `header ${header}`, `body ${body}`]
  if (records !== undefined) lines.push(`records ${records}`)
  return `${[...lines, ...hex].join('\n')}\n`
}

/** Reads what {@link formatFixtures} wrote. */
export function parseFixtures(text: string): Fixture[] {
  return text.trimEnd().split('\n\n').map(parseFixture)
}

function parseFixture(block: string): Fixture {
  const lines = block.split('\n')
  const match = /^(request|response) v(\d+), Kafka (\S+), client (.*)$/.exec(lines[0] ?? '')
  const says = (label: string) => lines.find(line => line.startsWith(`${label} `))?.slice(label.length + 1)
  const [header, body, records] = [says('header'), says('body'), says('records')]
  if (match === null || header === undefined || body === undefined) throw new Error(`not a fixture: ${lines[0]}`)
  return {
    direction: match[1] as Fixture['direction'],
    version: Number(match[2]),
    kafka: match[3]!,
    client: match[4]!,
    header,
    body,
    ...(records === undefined ? {} : { records }),
    bytes: Buffer.from(lines.filter(line => /^[0-9a-f]+$/.test(line)).join(''), 'hex'),
  }
}

/** All that is recorded, by API. */
export function readFixtures(): { readonly api: Api; readonly fixtures: readonly Fixture[] }[] {
  const files = new Set(readdirSync(import.meta.dirname).filter(file => file.endsWith('.txt')))
  return Object.values(apis).flatMap((api: Api) => {
    const file = fixtureFile(api.name)
    if (!files.has(file)) return []
    return [{ api, fixtures: parseFixtures(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) }]
  })
}
