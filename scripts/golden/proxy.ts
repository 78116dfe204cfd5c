import { connect, createServer, type Server, type Socket } from 'node:net'

/** A request that went through the proxy, and its response. */
export interface Exchange {
  readonly apiKey: number
  readonly version: number
  readonly clientId: string
  /** Both without their lengths. */
  readonly request: Buffer
  response?: Buffer
}

/** Passes connections on to a broker as they are, and keeps every frame that goes by. */
export class RecordingProxy {
  readonly exchanges: Exchange[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(targetPort: number) {
    this.#server = createServer(client => {
      const broker = connect(targetPort, '127.0.0.1')
      const waiting = new Map<number, Exchange>()
      this.#pass(client, broker, frame => {
        const exchange = parseRequest(frame)
        waiting.set(frame.readInt32BE(4), exchange)
        this.exchanges.push(exchange)
      })
      this.#pass(broker, client, frame => {
        const exchange = waiting.get(frame.readInt32BE(0))
        if (exchange !== undefined) exchange.response = frame
      })
    })
  }

  static async start(port: number, targetPort: number): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(targetPort)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    return proxy
  }

  stop(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #pass(from: Socket, to: Socket, onFrame: (frame: Buffer) => void): void {
    this.#sockets.add(from)
    const cut = cutter(onFrame)
    from.on('data', chunk => {
      cut(chunk)
      to.write(chunk)
    })
    from.on('end', () => to.end())
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}

/** Not the client's own FrameSplitter: a recording must not depend on what it is to test. */
function cutter(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  return chunk => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const end = 4 + pending.readInt32BE(0)
      onFrame(Buffer.from(pending.subarray(4, end)))
      pending = pending.subarray(end)
    }
  }
}

function parseRequest(request: Buffer): Exchange {
  const clientIdLength = request.readInt16BE(8)
  const clientId = clientIdLength < 0 ? '' : request.toString('utf8', 10, 10 + clientIdLength)
  return { apiKey: request.readInt16BE(0), version: request.readInt16BE(2), clientId, request }
}
