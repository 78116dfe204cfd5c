import { createServer } from 'node:net'

/**
 * Free ports on the loopback address. They are taken from below the range that the system gives to outgoing connections:
 * a port inside it can be lost to any client while its broker is down, and a client that keeps dialling a dead port
 * inside it may even connect to itself.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 1000) throw new Error('found no free port between 20000 and 32000')
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

/** Whether nothing listens on this port of the loopback address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
