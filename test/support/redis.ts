import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { guard } from '../../scripts/kafka/guard.ts'
import { freePorts } from '../../scripts/kafka/ports.ts'
import { KafkaUnavailableError } from '../../scripts/kafka/unavailable.ts'

/** A Redis of a test's own. */
export interface RedisHandle {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a Redis that keeps nothing, on a free port of the loopback address.
 *
 * @throws {KafkaUnavailableError} where it is not installed
 */
export async function startRedis(): Promise<RedisHandle> {
  const [port] = await freePorts(1)
  const folder = await mkdtemp(join(tmpdir(), 'samsa-redis-'))
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(server, 'close')
  const dismissGuard = server.pid === undefined ? () => {} : guard(['kill', `${server.pid}`])
  const stop = async () => {
    server.kill()
    await ended.catch(() => {})
    dismissGuard()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.race([ready(server.stdout), ended])
    if (server.exitCode !== null) throw new Error(`redis-server ended with code ${server.exitCode}`)
    // From now on it must be free to say what it likes.
    server.stdout.resume()
    return { url: `redis://127.0.0.1:${port}`, stop }
  } catch (error) {
    await stop()
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new KafkaUnavailableError('redis-server is not installed')
  }
}

async function ready(output: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface(output)) if (line.includes('Ready to accept connections')) return
}
