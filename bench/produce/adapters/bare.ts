import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeResponse, encodeRequest } from '../../../src/protocol/codec.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import type { Task } from '../task.ts'
import { type Adapter, UnavailableError } from './adapter.ts'

/** The last version that names topics: the ones after it would have to ask for their ids. */
const VERSION = 12
const BATCH_BYTES = 1_000_000
/** A record's lengths, deltas and counts, at most. */
const RECORD_OVERHEAD = 16
const IN_FLIGHT = 5
const CORRELATION_ID_AT = 8

/**
 * No client at all: requests that were encoded beforehand, one partition's batch of nearly 1 MiB in each, written to a socket
 * while the answers are counted. What it takes, any client on Node takes.
 */
export const bare: Adapter = async (task, values) => {
  const perRequest = Math.floor(BATCH_BYTES / (task.valueBytes + RECORD_OVERHEAD))
  const large = Array.from({ length: task.partitions }, (_, partition) =>
    frame(task, partition, values.slice(0, perRequest)),
  )
  const small = Array.from({ length: task.partitions }, (_, partition) => frame(task, partition, values.slice(0, 1)))
  const pipe = new Pipe(await dial(task))
  let sent = 0
  return {
    version: '',
    async sendMany(count) {
      const requests = Math.ceil(count / perRequest)
      await new Promise<void>(resolve => {
        let answered = 0
        const send = (): void => pipe.send(large[sent++ % task.partitions]!, onAnswer)
        const onAnswer = (): void => {
          answered++
          if (answered + IN_FLIGHT <= requests) send()
          if (answered === requests) resolve()
        }
        for (let i = 0; i < Math.min(IN_FLIGHT, requests); i++) send()
      })
      return requests * perRequest
    },
    sendOne: () => new Promise<void>(resolve => pipe.send(small[sent++ % task.partitions]!, resolve)),
    close: async () => pipe.close(),
  }
}

async function dial({ brokers }: Task): Promise<Socket> {
  if (brokers.length > 1) throw new UnavailableError('it does not look for leaders: it needs a cluster of one broker')
  const [host, port] = brokers[0]!.split(':')
  const socket = connect({ host: host!, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return socket
}

class Pipe {
  readonly #socket: Socket
  readonly #waiting: (() => void)[] = []
  #correlationId = 0
  #checked = false

  constructor(socket: Socket) {
    this.#socket = socket
    const frames = new FrameSplitter(1 << 20)
    socket.on('data', chunk => frames.push(chunk, answer => this.#onAnswer(answer)))
  }

  /** `request` is not on its way any more when its turn comes again: there are more requests than are in flight. */
  send(request: Buffer, onAnswer: () => void): void {
    request.writeInt32BE(this.#correlationId++, CORRELATION_ID_AT)
    this.#waiting.push(onAnswer)
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #onAnswer(answer: Buffer): void {
    // Whether all has arrived the log tells afterwards; the first answer tells why if not.
    if (!this.#checked) check(answer)
    this.#checked = true
    this.#waiting.shift()!()
  }
}

function check(answer: Buffer): void {
  const { responses } = decodeResponse(apis.Produce, VERSION, answer.subarray(5))
  const code = responses[0]?.partitionResponses[0]?.errorCode
  if (code !== 0) throw new Error(`the broker answers with error code ${code}`)
}

/** A whole request, its length included. */
function frame({ topic }: Task, index: number, values: readonly Buffer[]): Buffer {
  const timestamp = Date.now()
  const records = encodeRecordBatch(values.map(value => ({ value, timestamp })))
  const topicData = [{ name: topic, partitionData: [{ index, records }] }]
  const body = encodeRequest(apis.Produce, VERSION, { acks: -1, timeoutMs: 30_000, topicData })
  // The length, key and version, the correlation id, a client id of null, and no tags.
  const header = Buffer.alloc(15)
  header.writeInt32BE(header.length - 4 + body.length, 0)
  header.writeInt16BE(apis.Produce.key, 4)
  header.writeInt16BE(VERSION, 6)
  header.writeInt16BE(-1, 12)
  return Buffer.concat([header, body])
}
