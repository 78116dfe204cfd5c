import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { bootstrap, needsKafka } from '../support/kafka.ts'

needsKafka()

/** What an example prints; it must end by itself, and without a word on stderr. */
async function output(example: string): Promise<string[]> {
  const env = { ...process.env, KAFKA_BROKERS: bootstrap().join(',') }
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${example}`], { env })
  const ended = new Promise(resolve => child.on('exit', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect({ code: await ended, err }).toEqual({ code: 0, err: '' })
  return out.trimEnd().split('\n')
}

it('the quickstart sends ten messages and reads them back', async () => {
  const lines = await output('quickstart.ts')
  const people = ['alice', 'bob', 'carol', 'dave', 'erin']
  const indices = Array.from({ length: 10 }, (_, i) => i)
  expect(lines.slice(1)).toEqual([
    ...indices.map(i => `sent to partition 0 at offset ${i}`),
    ...indices.map(i => `read offset ${i}: ${people[i % 5]} = order ${i}`),
  ])
})
