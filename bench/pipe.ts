import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { apis } from '../src/protocol/apis.ts'
import { decodeResponse, encodeRequest } from '../src/protocol/codec.ts'
import { FrameSplitter, keepFrame } from '../src/protocol/frame.ts'
import { UnavailableError } from './child-report.ts'

/** The last version that names topics: the ones after it would have to ask for their ids. */
const PRODUCE_VERSION = 12
const CORRELATION_ID_AT = 8
/** The length, key and version, the correlation id, a client id of null, and no tags. */
const HEADER_BYTES = 15
const MAX_ANSWER_BYTES = 100 << 20

/** A connection without a client: what is written is encoded beforehand, and answers are handed out as they come. */
export class Pipe {
  readonly #socket: Socket
  readonly #waiting: ((answer: Buffer) => void)[] = []
  #correlationId = 0

  /** @throws {@link UnavailableError} where there is more than one broker. */
  static async open(brokers: readonly string[]): Promise<Pipe> {
    if (brokers.length > 1) throw new UnavailableError('it does not look for leaders: it needs a cluster of one broker')
    const [host, port] = brokers[0]!.split(':')
    const frames = new FrameSplitter(MAX_ANSWER_BYTES)
    const onread = {
      buffer: () => frames.target(),
      callback: (size: number) => {
        frames.advance(size, frame => pipe.#waiting.shift()!(keepFrame(frame)))
        return true
      },
    }
    const socket = connect({ host: host!, port: Number(port), noDelay: true, onread })
    const pipe = new Pipe(socket)
    await once(socket, 'connect')
    return pipe
  }

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** The same request may be sent again when it has been answered, not before. */
  send(request: Buffer, onAnswer: (answer: Buffer) => void): void {
    request.writeInt32BE(this.#correlationId++, CORRELATION_ID_AT)
    this.#waiting.push(onAnswer)
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** A whole request with a flexible header, its length included. */
export function frame(key: number, version: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32BE(header.length - 4 + body.length, 0)
  header.writeInt16BE(key, 4)
  header.writeInt16BE(version, 6)
  header.writeInt16BE(-1, 12)
  return Buffer.concat([header, body])
}

/** A request that writes one batch to one partition. */
export function produceFrame(topic: string, index: number, records: Buffer): Buffer {
  const topicData = [{ name: topic, partitionData: [{ index, records }] }]
  const body = encodeRequest(apis.Produce, PRODUCE_VERSION, { acks: -1, timeoutMs: 30_000, topicData })
  return frame(apis.Produce.key, PRODUCE_VERSION, body)
}

/** @throws Error where the answer to such a request says that it failed. */
export function checkProduced(answer: Buffer): void {
  const { responses } = decodeResponse(apis.Produce, PRODUCE_VERSION, answer.subarray(5))
  const code = responses[0]?.partitionResponses[0]?.errorCode
  if (code !== 0) throw new Error(`the broker answers with error code ${code}`)
}
