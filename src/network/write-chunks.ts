import type { Socket } from 'node:net'

/** Writes to a socket in one system call. `onTaken` is called when the socket has taken all of it, or has failed. */
export function writeChunks(socket: Socket, chunks: readonly Buffer[], onTaken?: (error?: Error | null) => void): void {
  const last = chunks.length - 1
  if (last === 0) {
    // Alone it is not gathered by the socket first, which would take longer.
    socket.write(chunks[0]!, onTaken)
    return
  }
  socket.cork()
  for (let i = 0; i < last; i++) socket.write(chunks[i]!)
  socket.write(chunks[last]!, onTaken)
  socket.uncork()
}
