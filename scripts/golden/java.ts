import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { classpath } from '../kafka/maven.ts'
import { run } from '../kafka/run.ts'
import { KafkaUnavailableError } from '../kafka/unavailable.ts'

const options = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error']

/**
 * Compiles Java programs of this folder for a Kafka release.
 *
 * @throws {KafkaUnavailableError} without a JDK or the jars
 */
export async function compileJava(version: string, target: string, files: readonly string[]): Promise<string> {
  const jars = (await classpath(version)).join(':')
  const sources = files.map(file => join(import.meta.dirname, file))
  const { code, output } = await run('javac', ['-nowarn', '-proc:none', '-d', target, '-cp', jars, ...sources])
  if (code === 127) throw new KafkaUnavailableError('javac, of a JDK, is not installed')
  if (code !== 0) throw new Error(`${files.join(', ')} cannot be compiled for Kafka ${version}:\n${output}`)
  return `${target}:${jars}`
}

/** Runs a compiled program to its end, and gives what it printed. */
export async function runJava(path: string, program: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run('java', [...options, '-cp', path, program, ...args], { timeoutMs: 240_000 })
  if (code !== 0) throw new Error(`${program} failed:\n${output}`)
  return output
}

/** A Java program that answers each line with a line. */
export class JavaDialog {
  readonly #child
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []

  constructor(path: string, program: string) {
    this.#child = spawn('java', [...options, '-cp', path, program], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout }).on('line', line => {
      const asker = this.#waiting.shift()
      if (line.startsWith('ok ')) asker?.resolve(line.slice(3))
      else asker?.reject(new Error(line))
    })
    this.#child.on('close', () => {
      for (const { reject } of this.#waiting) reject(new Error(`${program} ended`))
    })
  }

  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#child.stdin.write(`${line}\n`)
    })
  }

  end(): void {
    this.#child.stdin.end()
  }
}
