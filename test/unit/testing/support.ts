import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { DecodedRequest, Request, Response } from '../../../src/protocol/api.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeResponse, encodeRequest } from '../../../src/protocol/codec.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { type EncodeRecordBatchOptions, encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { MockCluster, type MockClusterOptions } from '../../../src/testing.ts'

type Name = keyof typeof apis

/** A cluster that is stopped when the test ends. */
export async function startCluster(options?: MockClusterOptions): Promise<MockCluster> {
  const cluster = await MockCluster.start(options)
  onTestFinished(() => cluster.stop())
  return cluster
}

/** A connection that sends what it is told to, in whatever version. Closed when the test ends. */
export class RawClient {
  readonly socket: Socket
  readonly closed: Promise<unknown>
  #correlationId = 0
  readonly #frames: Buffer[] = []
  readonly #takers: ((frame: Buffer | undefined) => void)[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    this.closed = once(socket, 'close')
    const splitter = new FrameSplitter(1 << 28)
    socket.on('error', () => {})
    socket.on('data', chunk => splitter.push(chunk, frame => this.#frames.push(frame) && this.#hand()))
    socket.on('close', () => {
      for (const take of this.#takers.splice(0)) take(undefined)
    })
  }

  /** To broker 1, or the one with another id. */
  static async connect(cluster: MockCluster, broker = 1): Promise<RawClient> {
    const [host, port] = cluster.brokers[broker - 1]!.split(':')
    const socket = connect(Number(port), host!)
    await once(socket, 'connect')
    onTestFinished(() => void socket.destroy())
    return new RawClient(socket)
  }

  /** Asks, in the newest version unless another is given. */
  async ask<N extends Name>(name: N, body: Partial<Request<(typeof apis)[N]>>, version: number = apis[name].stable) {
    this.send(name, body, version)
    return this.answer(name, version)
  }

  send<N extends Name>(name: N, body: Partial<Request<(typeof apis)[N]>>, version: number = apis[name].stable): void {
    const { key, flexible } = apis[name]
    const header = Buffer.alloc(flexible <= version ? 11 : 10)
    header.writeInt16BE(key, 0)
    header.writeInt16BE(version, 2)
    header.writeInt32BE(++this.#correlationId, 4)
    header.writeInt16BE(-1, 8)
    this.sendFrame(Buffer.concat([header, encodeRequest(apis[name], version, body as never)]))
  }

  sendFrame(frame: Buffer): void {
    const length = Buffer.alloc(4)
    length.writeInt32BE(frame.length)
    this.socket.write(Buffer.concat([length, frame]))
  }

  /** The next answer, which has to be one to that API. */
  async answer<N extends Name>(name: N, version: number = apis[name].stable): Promise<Response<(typeof apis)[N]>> {
    const frame = await this.frame()
    if (frame === undefined) throw new Error(`the connection was closed before ${name} v${version} was answered`)
    const hasTags = version >= apis[name].flexible && name !== 'ApiVersions'
    return decodeResponse(apis[name], version, frame.subarray(hasTags ? 5 : 4))
  }

  /** The next frame; undefined once the connection is closed. */
  frame(): Promise<Buffer | undefined> {
    return new Promise(resolve => {
      this.#takers.push(resolve)
      this.#hand()
      if (this.socket.closed) for (const take of this.#takers.splice(0)) take(undefined)
    })
  }

  #hand(): void {
    while (this.#frames.length > 0 && this.#takers.length > 0) this.#takers.shift()!(this.#frames.shift())
  }

  /** Produces one batch to topic a (or another) in version 12, which goes by names, and gives what is said of it. */
  async produce(
    records: readonly string[] | Buffer,
    options: EncodeRecordBatchOptions & { topic?: string; partition?: number; transactionalId?: string } = {},
  ) {
    const { topic = 'a', partition = 0, transactionalId = null, ...encoding } = options
    const bytes = Buffer.isBuffer(records) ? records : batchOf(records, encoding)
    const topicData = [{ name: topic, partitionData: [{ index: partition, records: bytes }] }]
    const body = { transactionalId, acks: -1, timeoutMs: 1000, topicData }
    const { responses } = await this.ask('Produce', body, 12)
    return responses[0]!.partitionResponses[0]!
  }
}

export function batchOf(values: readonly string[], options: EncodeRecordBatchOptions = {}): Buffer {
  return encodeRecordBatch(
    values.map(value => ({ value, timestamp: 1 })),
    options,
  )
}

export type FetchRequest = DecodedRequest<typeof apis.Fetch>
