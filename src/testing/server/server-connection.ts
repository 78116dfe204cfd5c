import type { Socket } from 'node:net'
import { apis } from '../../protocol/apis.ts'
import { FrameSplitter } from '../../protocol/frame.ts'
import { codecOf } from '../../protocol/schema-codec.ts'
import { Writer } from '../../protocol/writer.ts'
import { Fifo } from '../../util/fifo.ts'
import type { Clock } from '../clock.ts'
import type { ClientConnection } from '../handlers.ts'
import type { Delivery } from './exchange.ts'
import { type Incoming, readIncoming } from './incoming.ts'

/** So many requests wait before no more is read from the socket. */
const MAX_WAITING = 100

/** What a connection needs of its broker. */
export interface ConnectionHost {
  readonly clock: Clock
  readonly maxRequestBytes: number
  /** Who clients are before they have authenticated; undefined where they have to. */
  readonly anonymous: string | undefined
  /** What to do with a request; throws, or rejects, when the connection is to be closed. */
  handle(incoming: Incoming, connection: ServerConnection, arrivedAtMs: number): Delivery | Promise<Delivery>
  /** Answers a frame that is no request but a step of an authentication; undefined where it is a request. */
  handleBare(frame: Buffer, connection: ServerConnection): Buffer | undefined
  /** Tells why the connection is closed where that is not the client's fault, but that of a test's own handler. */
  report(incoming: Incoming, error: unknown): void
}

interface Waiting {
  readonly incoming: Incoming
  readonly arrivedAtMs: number
}

/**
 * A connection that a client has opened. Its requests are handled one after the other, in the order in which they came, and
 * so are the answers written. Whatever is not a request closes it.
 */
export class ServerConnection implements ClientConnection {
  readonly id: number
  readonly host: string
  principal: string | undefined
  expiresAtMs: number | undefined
  readonly #socket: Socket
  readonly #serves: ConnectionHost
  readonly #waiting = new Fifo<Waiting>()
  readonly #onClose = new Set<() => void>()
  /** Whether a request is being handled, or nothing is to be handled for another reason. */
  #isBusy = false
  #isClosed = false
  #closesAfterAnswer = false

  constructor(socket: Socket, id: number, serves: ConnectionHost) {
    this.#socket = socket
    this.id = id
    this.host = socket.remoteAddress ?? ''
    this.#serves = serves
    this.principal = serves.anonymous
    const frames = new FrameSplitter(serves.maxRequestBytes)
    socket.setNoDelay(true)
    socket.on('data', chunk => this.#guard(() => frames.push(chunk, frame => this.#onFrame(frame))))
    socket.on('error', () => this.close())
    socket.on('close', () => this.close())
    socket.on('drain', () => this.#next())
  }

  onClose(listener: () => void): () => void {
    if (this.#isClosed) listener()
    else this.#onClose.add(listener)
    return () => this.#onClose.delete(listener)
  }

  closeAfterAnswer(): void {
    this.#closesAfterAnswer = true
  }

  close(): void {
    this.#socket.destroy()
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting.clear()
    for (const listener of this.#onClose) listener()
    this.#onClose.clear()
  }

  #onFrame(frame: Buffer): void {
    if (this.#isClosed) return
    const bare = this.#serves.handleBare(frame, this)
    if (bare !== undefined) {
      this.#write([lengthOf(bare.length), bare])
      return
    }
    this.#waiting.push({ incoming: readIncoming(frame), arrivedAtMs: this.#serves.clock.now() })
    if (this.#waiting.size > MAX_WAITING) this.#socket.pause()
    this.#next()
  }

  /** Handles what waits, as far as that can be done at once. */
  #next(): void {
    while (!this.#isBusy && !this.#isClosed && !this.#socket.writableNeedDrain) {
      const next = this.#waiting.shift()
      if (next === undefined) {
        if (this.#socket.isPaused()) this.#socket.resume()
        return
      }
      this.#isBusy = true
      this.#guard(() => this.#handle(next))
    }
  }

  #handle({ incoming, arrivedAtMs }: Waiting): void {
    const delivery = this.#serves.handle(incoming, this, arrivedAtMs)
    if (!(delivery instanceof Promise)) {
      this.#deliver(incoming, delivery)
      return
    }
    delivery.then(
      settled => {
        this.#guard(() => this.#deliver(incoming, settled))
        this.#next()
      },
      error => {
        this.#serves.report(incoming, error)
        this.close()
      },
    )
  }

  #deliver(incoming: Incoming, { body, version, closes, mutesForMs }: Delivery): void {
    if (this.#isClosed) return
    const answer = body === undefined ? [] : this.#encode(incoming, body, version ?? incoming.version)
    if (closes === 'instead') {
      this.close()
    } else if (closes === 'inside') {
      const whole = Buffer.concat(answer)
      this.#end([whole.subarray(0, whole.length >>> 1)])
    } else if (closes === 'after' || this.#closesAfterAnswer) {
      this.#end(answer)
    } else {
      this.#write(answer)
      this.#goOn(mutesForMs)
    }
  }

  #encode(incoming: Incoming, body: unknown, version: number): Buffer[] {
    try {
      return encode(incoming, body, version)
    } catch (error) {
      this.#serves.report(incoming, error)
      throw error
    }
  }

  #goOn(mutesForMs = 0): void {
    if (mutesForMs <= 0) {
      this.#isBusy = false
      return
    }
    const timer = this.#serves.clock.setTimer(mutesForMs, () => {
      forget()
      this.#isBusy = false
      this.#next()
    })
    const forget = this.onClose(() => timer.cancel())
  }

  /** Writes, and closes when that is done. Nothing more is handled. */
  #end(chunks: readonly Buffer[]): void {
    this.#write(chunks)
    this.#waiting.clear()
    this.#socket.end(() => this.close())
  }

  #write(chunks: readonly Buffer[]): void {
    if (chunks.length > 1) this.#socket.cork()
    for (const chunk of chunks) this.#socket.write(chunk)
    if (chunks.length > 1) this.#socket.uncork()
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch {
      // What it is was told where it was thrown; here nothing can be done but to end the connection, as Kafka does.
      this.close()
    }
  }
}

/** A whole answer: its length, its header and its body. */
function encode({ api, correlationId }: Incoming, body: unknown, version: number): Buffer[] {
  const { flexible, response } = apis[api]
  const writer = new Writer()
  writer.int32(correlationId)
  if (version >= flexible && api !== 'ApiVersions') writer.uvarint(0)
  codecOf(apis[api], response, version).encode(writer, body)
  return [lengthOf(writer.sizeBytes), ...writer.finish()]
}

function lengthOf(sizeBytes: number): Buffer {
  const length = Buffer.allocUnsafe(4)
  length.writeInt32BE(sizeBytes)
  return length
}
