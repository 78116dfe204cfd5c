import type { Socket } from 'node:net'

/** Writes to a socket. What is written in one turn of the event loop leaves in one system call. */
export class SocketWriter {
  readonly #socket: Socket
  #corked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** `onTaken` is called when the socket has taken all of it, or has failed. */
  write(chunks: readonly Buffer[], onTaken?: (error?: Error | null) => void): void {
    this.#cork()
    const last = chunks.length - 1
    for (let i = 0; i < last; i++) this.#socket.write(chunks[i]!)
    this.#socket.write(chunks[last]!, onTaken)
  }

  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(this.#uncork)
  }

  readonly #uncork = (): void => {
    this.#corked = false
    this.#socket.uncork()
  }
}
