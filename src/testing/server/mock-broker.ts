import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { type ConnectionHost, ServerConnection } from './server-connection.ts'

/** Where brokers listen. */
export const HOST = '127.0.0.1'

/** The sockets of one broker. It keeps its port while it is stopped. */
export class MockBroker {
  readonly #host: ConnectionHost
  readonly #tls: TlsOptions | undefined
  readonly #newId: () => number
  readonly #sockets = new Set<Socket>()
  readonly #connections = new Set<ServerConnection>()
  #server: Server | undefined
  #port = 0

  /** @param newId gives the id of the next connection. */
  constructor(host: ConnectionHost, tls: TlsOptions | undefined, newId: () => number) {
    this.#host = host
    this.#tls = tls
    this.#newId = newId
  }

  get port(): number {
    return this.#port
  }

  get isListening(): boolean {
    return this.#server?.listening ?? false
  }

  /**
   * Begins to take connections. Neither they nor the server keep the process alive.
   *
   * @throws the system's error when somebody else has taken the port while the broker was stopped.
   */
  async start(): Promise<void> {
    if (this.#server !== undefined) return
    const server = this.#tls === undefined ? createServer() : createTlsServer(this.#tls)
    this.#server = server
    server.on('connection', (socket: Socket) => {
      socket.unref()
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on(this.#tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => this.#accept(socket))
    // It may be stopped before it has begun to listen.
    server.on('listening', () => {
      if (this.#server === server) this.#port = (server.address() as AddressInfo).port
      else server.close()
    })
    server.listen({ host: HOST, port: this.#port, exclusive: true })
    server.unref()
    try {
      await Promise.race([once(server, 'listening'), once(server, 'close')])
    } catch (error) {
      if (this.#server === server) this.#server = undefined
      throw error
    }
  }

  /** Closes all connections, and takes no more. */
  stop(): void {
    this.#server?.close()
    this.#server = undefined
    for (const connection of [...this.#connections]) connection.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket): void {
    socket.unref()
    const connection = new ServerConnection(socket, this.#newId(), this.#host)
    this.#connections.add(connection)
    connection.onClose(() => this.#connections.delete(connection))
  }
}
