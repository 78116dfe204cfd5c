import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Api, Request, Response } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis.ts'
import { fromKafkaJson, parseKafkaJson } from '../../test/golden/kafka-json.ts'
import type { KafkaCodec } from './kafka-codec.ts'

const ANSWER_WITHIN_MS = 20_000

/**
 * A connection by which a script says, in the version of its choice, what it will. Kafka's own classes write the requests and
 * read the responses.
 */
export class RawClient {
  readonly codec: KafkaCodec
  readonly clientId: string
  readonly #port: number
  #socket: Socket | undefined
  #pending = Buffer.alloc(0)
  #correlationId = 0
  /** The versions that the broker offers, by API key. */
  #offered = new Map<number, { readonly min: number; readonly max: number }>()

  constructor(codec: KafkaCodec, port: number, clientId: string) {
    this.codec = codec
    this.clientId = clientId
    this.#port = port
  }

  async connect(): Promise<this> {
    const { apiKeys } = await this.call(apis.ApiVersions, 0, {})
    this.#offered = new Map(apiKeys.map(each => [each.apiKey, { min: each.minVersion, max: each.maxVersion }]))
    return this
  }

  /** The versions that both the broker and the declarations have. */
  versions(api: Api): number[] {
    const offered = this.#offered.get(api.key)
    if (offered === undefined) return []
    const min = Math.max(offered.min, api.versions.min)
    const max = Math.min(offered.max, api.versions.max)
    return Array.from({ length: Math.max(0, max - min + 1) }, (_, i) => min + i)
  }

  /** The version nearest to `wanted` that the broker has. */
  near(api: Api, wanted: number): number {
    const versions = this.versions(api)
    const [min, max] = [versions[0], versions.at(-1)]
    if (min === undefined || max === undefined) throw new Error(`the broker has no ${api.name}`)
    return Math.min(Math.max(wanted, min), max)
  }

  async call<A extends Api>(api: A, version: number, body: Request<A>): Promise<Response<A>> {
    const request = await this.codec.write(api, version, ++this.#correlationId, this.clientId, body)
    const frame = await this.#exchange(request)
    // A broker that does not know the version of ApiVersions answers in version 0.
    const answered = api.key === apis.ApiVersions.key && version > api.versions.max ? 0 : version
    const { body: json } = await this.codec.read('response', api, answered, frame)
    return fromKafkaJson(api.response, answered, parseKafkaJson(json)) as Response<A>
  }

  /** The same in every version that the broker has. `body` may depend on it. */
  async each<A extends Api>(api: A, body: (version: number) => Request<A>): Promise<void> {
    for (const version of this.versions(api)) await this.attempt(api, version, body(version))
  }

  /** A call that the broker may answer by hanging up, or that cannot be written: that is said, and not fatal. */
  async attempt<A extends Api>(api: A, version: number, body: Request<A>): Promise<Response<A> | undefined> {
    try {
      return await this.call(api, version, body)
    } catch (error) {
      console.error(`${this.clientId}: ${api.name} v${version}: ${(error as Error).message}`)
      this.close()
      return undefined
    }
  }

  /** Another connection, of another client id. What it does is kept apart from what others do with the same API. */
  named(clientId: string): RawClient {
    const other = new RawClient(this.codec, this.#port, clientId)
    other.#offered = this.#offered
    return other
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
    this.#pending = Buffer.alloc(0)
  }

  async #exchange(request: Buffer): Promise<Buffer> {
    const socket = await this.#connected()
    const length = Buffer.alloc(4)
    length.writeInt32BE(request.length)
    socket.write(Buffer.concat([length, request]))
    for (;;) {
      const size = this.#pending.length < 4 ? Infinity : 4 + this.#pending.readInt32BE(0)
      if (this.#pending.length >= size) {
        const frame = this.#pending.subarray(4, size)
        this.#pending = this.#pending.subarray(size)
        return frame
      }
      const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
      this.#pending = Buffer.concat([this.#pending, chunk])
    }
  }

  async #connected(): Promise<Socket> {
    if (this.#socket !== undefined) return this.#socket
    const socket = connect(this.#port, '127.0.0.1')
    await once(socket, 'connect')
    // `once` rejects for an error only: that the broker hung up must be one.
    socket.on('close', () => socket.emit('error', new Error('the broker hung up')))
    socket.on('error', () => {})
    this.#socket = socket
    return socket
  }
}
