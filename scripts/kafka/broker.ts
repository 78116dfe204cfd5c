import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from './handle.ts'
import { type BrokerPlan, host } from './properties.ts'
import { type ClusterView, untilReady } from './ready.ts'
import { tail } from './run.ts'

const readyTimeoutMs = 60_000
const stopTimeoutMs = 30_000

/** The file with the process id of the broker that lives in `folder`, while it is running. */
export const pidFile = (folder: string): string => join(folder, 'pid')

/** Whether every thread of a process is stopped; where there is no /proc to tell, that is taken for granted. */
function isStopped(pid: number | undefined): boolean {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return true
  return readdirSync(tasks).every(task => {
    try {
      // The state comes after the name, which is in parentheses and may hold some itself.
      return /^\) [Tt]/.test(readFileSync(join(tasks, task, 'stat'), 'utf8').replace(/^.*(?=\) )/s, ''))
    } catch {
      // It has ended in between.
      return true
    }
  })
}

/** The end of a broker's log without its chatter: a broker that fails says why, and then at length how it shuts down. */
export function logEnd(log: string): string {
  const telling = log.split('\n').filter(line => !/ (INFO|DEBUG|TRACE) /.test(line))
  return tail(telling.join('\n')) || tail(log)
}

/** A broker as a Java process of ours. Its folder holds `server.properties`, `pid`, `broker.log` and the log dirs. */
export class BrokerProcess implements Broker {
  readonly id: number
  readonly host = host
  readonly port: number
  readonly #folder: string
  readonly #clusterId: string
  readonly #java: readonly string[]
  #child: ChildProcess | undefined

  constructor(plan: BrokerPlan, clusterId: string, java: readonly string[]) {
    this.id = plan.id
    this.port = plan.port
    this.#folder = plan.folder
    this.#clusterId = clusterId
    this.#java = java
  }

  /** Starts the process, without waiting for it. */
  spawn(): void {
    if (this.#child !== undefined) throw new Error(`broker ${this.id} is running already`)
    const [command = 'java', ...args] = this.#java
    const log = openSync(this.#logFile, 'a')
    try {
      // Detached, for a Ctrl-C in the terminal must not reach it: its end is the guard's business. Unreferenced, for a
      // program that forgets to stop Kafka should end all the same.
      const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] })
      this.#child = child
      child.unref()
      child.once('error', () => this.#gone(child))
      child.once('exit', () => this.#gone(child))
      if (child.pid !== undefined) writeFileSync(pidFile(this.#folder), String(child.pid))
    } finally {
      closeSync(log)
    }
  }

  #gone(child: ChildProcess): void {
    if (this.#child !== child) return
    this.#child = undefined
    rmSync(pidFile(this.#folder), { force: true })
  }

  /** Waits until the broker answers, is registered itself and sees `brokers` in all; a failure shows the log's end. */
  async ready(brokers = 1): Promise<void> {
    // Who answers must be of this cluster: if another Kafka took the port first, ours is about to end.
    const enough = ({ clusterId, nodes }: ClusterView) =>
      clusterId === this.#clusterId && nodes.length >= brokers && nodes.some(({ id }) => id === this.id)
    try {
      await untilReady(this, enough, {
        timeoutMs: readyTimeoutMs,
        lost: () => {
          if (this.#child === undefined) throw new Error(`broker ${this.id} ended before it was ready`)
        },
      })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`${reason}; the end of its log:\n${logEnd(readFileSync(this.#logFile, 'utf8'))}`)
    }
  }

  async start(): Promise<void> {
    this.spawn()
    await this.ready()
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGCONT') // a frozen process would not hear the next signal
    await this.#end('SIGTERM')
  }

  async pause(): Promise<void> {
    const child = this.#running()
    child.kill('SIGSTOP')
    // The signal is taken thread by thread; until the last one has, the broker may still answer.
    while (!isStopped(child.pid)) await sleep(5)
  }

  async resume(): Promise<void> {
    this.#running().kill('SIGCONT')
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#running()
    const ended = once(child, 'exit')
    // The timer also keeps the program alive while it waits: the child itself is unreferenced.
    const lastResort = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    child.kill(signal)
    await ended
    clearTimeout(lastResort)
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error(`broker ${this.id} is not running`)
    return this.#child
  }

  get #logFile(): string {
    return join(this.#folder, 'broker.log')
  }
}
