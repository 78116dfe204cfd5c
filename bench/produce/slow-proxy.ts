/**
 * Passes connections on to a broker, taking only so many bytes a second from the client: slow-proxy HOST PORT BYTES. Prints the
 * port that it listens on. The broker's answers name the proxy's port instead of the broker's, so that no client finds a way
 * around it.
 */
import { connect, createServer, type Socket } from 'node:net'

const [host = '', port, bytesPerSecond] = process.argv.slice(2)
const bytesPerMs = Number(bytesPerSecond) / 1e3
/** When what was taken so far is paid for; all connections share it. */
let free = 0

const server = createServer(client => {
  const broker = connect(Number(port), host)
  pass(client, broker, chunk => {
    client.pause()
    free = Math.max(free, performance.now()) + chunk.length / bytesPerMs
    setTimeout(() => client.resume(), free - performance.now())
  })
  pass(broker, client, chunk => readdress(chunk))
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port))

function pass(from: Socket, to: Socket, see: (chunk: Buffer) => void): void {
  from.on('data', chunk => {
    see(chunk)
    to.write(chunk)
  })
  from.on('error', () => {})
  from.on('close', () => to.destroy())
}

/** An address is a host and an int32 port right behind it. */
function readdress(chunk: Buffer): void {
  const own = (server.address() as { port: number }).port
  const address = addressBytes(Number(port))
  for (let at = chunk.indexOf(address); at >= 0; at = chunk.indexOf(address, at + 1)) addressBytes(own).copy(chunk, at)
}

function addressBytes(port: number): Buffer {
  const bytes = Buffer.alloc(host.length + 4)
  bytes.write(host, 'latin1')
  bytes.writeInt32BE(port, host.length)
  return bytes
}
