import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { programs } from '../build.ts'

const BYTES_PER_SECOND = 20_000_000

export interface SlowBroker {
  readonly brokers: readonly string[]
  stop(): void
}

/** A broker that takes no more than 20 MB/s: a proxy in a process of its own stands before it. */
export async function slowBroker({ node, brokers }: { node: string; brokers: readonly string[] }): Promise<SlowBroker> {
  const [host, port] = brokers[0]!.split(':')
  const args = [`${programs}slow-proxy.js`, host!, port!, String(BYTES_PER_SECOND)]
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  return { brokers: [`${host}:${String(printed).trim()}`], stop: () => child.kill() }
}
