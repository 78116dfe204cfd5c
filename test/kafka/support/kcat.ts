import { execFile } from 'node:child_process'
import { KafkaUnavailableError } from '../../../scripts/kafka/unavailable.ts'
import { bootstrap } from '../../support/kafka.ts'

/**
 * Runs kcat, librdkafka's command line tool, on the shared broker, and gives what it prints.
 *
 * @throws {KafkaUnavailableError} where it is not installed
 */
export function kcat(args: readonly string[], input: Uint8Array | string = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', maxBuffer: 64 << 20 } as const
    const child = execFile('kcat', ['-b', bootstrap().join(','), ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (error.code === 'ENOENT') reject(new KafkaUnavailableError('kcat is not installed'))
      else reject(new Error(`kcat ${args.join(' ')} failed: ${stderr.toString() || error.message}`))
    })
    child.stdin?.on('error', () => {}) // it may end before it has read everything; how it ended says why
    child.stdin?.end(input)
  })
}

/** Reads the first `count` messages of partition 0 as kcat's JSON has them. */
export async function kcatJson(topic: string, count: number): Promise<unknown[]> {
  const output = await kcat([...readFrom(topic, count), '-J', '-u'])
  const lines = output.toString().trim().split('\n')
  return lines.map(line => JSON.parse(line) as unknown)
}

/** Reads keys and values of the first `count` messages of partition 0 byte by byte, which JSON cannot carry. */
export async function kcatBytes(topic: string, count: number): Promise<[key: Buffer | null, value: Buffer | null][]> {
  const output = await kcat([...readFrom(topic, count), '-f', '%K %S\n%k%s\n'])
  const messages: [Buffer | null, Buffer | null][] = []
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf('\n', at)
    const sizes = output.toString('latin1', at, lineEnd).split(' ').map(Number)
    at = lineEnd + 1
    const take = (size: number) => {
      if (size < 0) return null
      at += size
      return output.subarray(at - size, at)
    }
    messages.push([take(sizes[0]!), take(sizes[1]!)])
    at++
  }
  return messages
}

function readFrom(topic: string, count: number): string[] {
  return ['-C', '-q', '-t', topic, '-p', '0', '-o', 'beginning', '-c', String(count), '-X', 'check.crcs=true']
}
