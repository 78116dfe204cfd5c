import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { Address } from '../../src/network/address.ts'
import type { Api, DecodedRequest, EncodableResponse } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis.ts'
import { decodeRequest, encodeResponse } from '../../src/protocol/codec.ts'
import { FrameSplitter } from '../../src/protocol/frame.ts'
import type { VersionRange } from '../../src/protocol/versions.ts'

type Name = keyof typeof apis
type AnswerOf<N extends Name> = EncodableResponse<(typeof apis)[N]>
type Script = { readonly [N in Name]?: (asked: Asked) => AnswerOf<N> | undefined }

export interface PeerOptions {
  /** Answers to requests as they come, by API; what is not here, or gives undefined, waits to be taken with `next`. */
  readonly script?: Script
  /** What the peer says that it can do; by default all that samsa can. Null: it does not even answer ApiVersions. */
  readonly offers?: Readonly<Record<string, VersionRange>> | null
  readonly port?: number
  readonly tls?: TlsOptions
}

/** A request that the peer got. */
export class Asked {
  readonly api: Api
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
  readonly socket: Socket
  /** The request whole, with its length. */
  readonly bytes: Buffer
  readonly #body: Buffer

  constructor(socket: Socket, frame: Buffer) {
    const [key, clientIdBytes] = [frame.readInt16BE(0), frame.readInt16BE(8)]
    this.api = Object.values(apis).find(api => api.key === key) as Api
    this.version = frame.readInt16BE(2)
    this.correlationId = frame.readInt32BE(4)
    this.clientId = frame.toString('utf8', 10, 10 + clientIdBytes)
    this.socket = socket
    this.bytes = lengthPrefixed(frame)
    // The client under test sends no tags in its headers.
    this.#body = frame.subarray(10 + clientIdBytes + (this.version >= this.api.flexible ? 1 : 0))
  }

  body<N extends Name>(name: N): DecodedRequest<(typeof apis)[N]> {
    if (this.api.name !== name) throw new Error(`${this.api.name} was asked, not ${name}`)
    return decodeRequest(apis[name], this.version, this.#body)
  }

  answer<N extends Name>(name: N, body: AnswerOf<N>, correlationId = this.correlationId): void {
    this.socket.write(this.frame(name, body, correlationId))
  }

  /** The answer as bytes, with its length. */
  frame<N extends Name>(name: N, body: AnswerOf<N>, correlationId = this.correlationId): Buffer {
    const header = Buffer.alloc(this.version >= this.api.flexible && name !== 'ApiVersions' ? 5 : 4)
    header.writeInt32BE(correlationId)
    const api: (typeof apis)[N] = apis[name]
    return lengthPrefixed(Buffer.concat([header, encodeResponse(api, this.version, body)]))
  }
}

/** A TCP server that speaks Kafka's protocol as a test tells it to. Closed when the test ends. */
export class Peer {
  readonly sockets: Socket[] = []
  readonly address: Address
  readonly #server: Server
  readonly #waiting: Asked[] = []
  readonly #takers: ((asked: Asked) => void)[] = []
  readonly #socketTakers: ((socket: Socket) => void)[] = []
  readonly #options: PeerOptions
  #taken = 0

  private constructor(server: Server, options: PeerOptions) {
    this.#server = server
    this.#options = options
    this.address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    const opened = options.tls === undefined ? 'connection' : 'secureConnection'
    server.on(opened, (socket: Socket) => this.#onSocket(socket))
  }

  static async start(options: PeerOptions = {}): Promise<Peer> {
    const server = options.tls === undefined ? createServer() : createTlsServer(options.tls)
    server.listen(options.port ?? 0, '127.0.0.1')
    await once(server, 'listening')
    const peer = new Peer(server, options)
    onTestFinished(() => peer.close())
    return peer
  }

  /** The next request that the script has not answered, in the order of arrival. */
  next(): Promise<Asked> {
    return new Promise(resolve => {
      this.#takers.push(resolve)
      this.#hand()
    })
  }

  /** The next socket that is opened, or has been and was not taken. */
  socket(): Promise<Socket> {
    return new Promise(resolve => {
      this.#socketTakers.push(resolve)
      this.#hand()
    })
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #onSocket(socket: Socket): void {
    const frames = new FrameSplitter(1 << 24)
    this.sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', chunk => {
      try {
        frames.push(chunk, frame => this.#onRequest(new Asked(socket, frame)))
      } catch {
        socket.destroy()
      }
    })
    this.#hand()
  }

  #onRequest(asked: Asked): void {
    const { script, offers } = this.#options
    const name = asked.api.name as Name
    const answer = script?.[name]?.(asked)
    if (answer !== undefined) asked.answer(name, answer as never)
    else if (name === 'ApiVersions' && script?.ApiVersions === undefined && offers !== null) {
      asked.answer('ApiVersions', { errorCode: 0, apiKeys: offered(offers) })
    } else if (name === 'InitProducerId' && script?.InitProducerId === undefined && offers !== null) {
      // Every idempotent producer asks for one before it sends anything.
      asked.answer('InitProducerId', { throttleTimeMs: 0, errorCode: 0, producerId: 4711n, producerEpoch: 0 })
    } else {
      this.#waiting.push(asked)
      this.#hand()
    }
  }

  #hand(): void {
    while (this.#waiting.length > 0 && this.#takers.length > 0) this.#takers.shift()!(this.#waiting.shift()!)
    while (this.#taken < this.sockets.length && this.#socketTakers.length > 0)
      this.#socketTakers.shift()!(this.sockets[this.#taken++]!)
  }
}

/** The list of an ApiVersions answer. */
export function offered(offers?: Readonly<Record<string, VersionRange>>) {
  return Object.values(apis)
    .map(({ name, key, versions: { min }, stable }) => ({ apiKey: key, range: offers?.[name] ?? { min, max: stable } }))
    .map(({ apiKey, range }) => ({ apiKey, minVersion: range.min, maxVersion: range.max }))
}

function lengthPrefixed(frame: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(frame.length)
  return Buffer.concat([length, frame])
}
