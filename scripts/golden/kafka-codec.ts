import type { Api, Request } from '../../src/protocol/api.ts'
import { parseKafkaJson, toKafkaJson } from '../../test/golden/kafka-json.ts'
import { defaultVersion } from '../kafka/maven.ts'
import { compileJava, JavaDialog } from './java.ts'

/** What Kafka reads in a frame, as JSON text. */
export interface Meaning {
  readonly header: string
  readonly body: string
  readonly records: string | undefined
}

/** One record, as `KafkaCodec.java` takes it. */
export interface PlainRecord {
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers?: readonly (readonly [string, string | null])[]
}

export interface BatchFacts {
  readonly codec?: string
  readonly producerId?: bigint
  readonly epoch?: number
  readonly sequence?: number
  readonly transactional?: boolean
}

/**
 * Kafka's own reading and writing of messages, in a Java process: what fixtures mean must not come from the code that is
 * tested with them.
 */
export class KafkaCodec {
  readonly #java: JavaDialog

  private constructor(java: JavaDialog) {
    this.#java = java
  }

  static async start(folder: string): Promise<KafkaCodec> {
    // The newest Kafka knows all versions that are declared here.
    const path = await compileJava(defaultVersion, folder, ['KafkaCodec.java'])
    return new KafkaCodec(new JavaDialog(path, 'KafkaCodec'))
  }

  async read(direction: 'request' | 'response', api: Api, version: number, frame: Buffer): Promise<Meaning> {
    const line = await this.#java.ask(`read ${direction} ${api.key} ${version} ${frame.toString('hex')}`)
    // The three parts as they were written; JavaScript's own JSON would round large numbers.
    const match = /^\{"header":(\{.*?\}),"body":(\{.*\})(?:,"records":(\[.*\]))?\}$/.exec(line)
    if (match === null) throw new Error(`unexpected: ${line}`)
    const [, header, body, records] = match
    for (const part of [header!, body!, records ?? '[]']) parseKafkaJson(part)
    return { header: header!, body: body!, records }
  }

  /** A request as Kafka writes it. What the version does not have is left out, whatever its value. */
  async write<A extends Api>(
    api: A,
    version: number,
    correlationId: number,
    clientId: string,
    body: Request<A>,
  ): Promise<Buffer> {
    const json = toKafkaJson(api.request, version, body as Readonly<Record<string, unknown>>)
    return Buffer.from(await this.#java.ask(`write ${api.key} ${version} ${correlationId} ${clientId} ${json}`), 'hex')
  }

  async batch(records: readonly PlainRecord[], facts: BatchFacts = {}): Promise<Buffer> {
    const { codec = 'none', producerId = -1n, epoch = -1, sequence = -1, transactional = false } = facts
    const json = JSON.stringify(
      records.map(({ timestamp, key, value, headers = [] }) => {
        return { timestamp, key: base64(key), value: base64(value), headers: headers.map(([k, v]) => [k, base64(v)]) }
      }),
    )
    return Buffer.from(
      await this.#java.ask(`batch ${codec} ${producerId} ${epoch} ${sequence} ${transactional} ${json}`),
      'hex',
    )
  }

  end(): void {
    this.#java.end()
  }
}

function base64(text: string | null): string | null {
  return text === null ? null : Buffer.from(text).toString('base64')
}
