import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Commands } from '../commands.ts'

const BYTES_PER_SECOND = 20_000_000

export interface SlowBroker {
  readonly brokers: readonly string[]
  stop(): void
}

/** A broker that takes no more than 20 MB/s: a proxy in a process of its own stands before it. */
export async function slowBroker(commands: Commands, brokers: readonly string[]): Promise<SlowBroker> {
  const [host, port] = brokers[0]!.split(':')
  const [program, ...args] = [...commands.program('slow-proxy'), host!, port!, String(BYTES_PER_SECOND)]
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  return { brokers: [`${host}:${String(printed).trim()}`], stop: () => child.kill() }
}
