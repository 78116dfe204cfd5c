import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { javaProgram } from '../../../scripts/kafka/java-program.ts'

const program = fileURLToPath(new URL('../JavaMember.java', import.meta.url))

/** The particulars of a member; see `JavaMember.java`. */
export interface JavaMemberTask {
  readonly bootstrap: string
  readonly group: string
  readonly topic: string
  /** Java's class. */
  readonly assignor: string
}

/** A member of a group that is Java's client, stopped when the test ends. */
export class JavaMember {
  /** All that it has said. */
  readonly lines: string[] = []
  readonly #stop: () => void
  #wakes: (() => void)[] = []

  private constructor(stop: () => void) {
    this.#stop = stop
  }

  /** @throws {KafkaUnavailableError} where there are no jars */
  static async start(task: JavaMemberTask): Promise<JavaMember> {
    const args = [...(await javaProgram(program)), JSON.stringify(task)]
    const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const member = new JavaMember(() => child.stdin.write('\n'))
    const said = (line: string) => {
      member.lines.push(line)
      for (const wake of member.#wakes.splice(0)) wake()
    }
    createInterface(child.stdout).on('line', said)
    child.on('exit', code => said(`exit ${code}`))
    onTestFinished(() => void child.kill('SIGKILL'))
    return member
  }

  /** Waits until it has said something such. */
  async said(isIt: (line: string, lines: readonly string[]) => boolean): Promise<string> {
    for (;;) {
      const found = this.lines.find(line => isIt(line, this.lines))
      if (found !== undefined) return found
      if (this.lines.at(-1)?.startsWith('exit')) throw new Error(`the Java member has ended:\n${this.lines.join('\n')}`)
      await new Promise<void>(resolve => this.#wakes.push(resolve))
    }
  }

  /** What it has now, as far as it has said. */
  get assignment(): string | undefined {
    return this.lines.findLast(line => line.startsWith('assigned'))
  }

  /** Has it commit and leave. */
  async leave(): Promise<void> {
    this.#stop()
    await this.said(line => line === 'left')
  }
}
