import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { javaProgram } from '../../scripts/kafka/java-program.ts'
import { run } from '../../scripts/kafka/run.ts'
import { KafkaUnavailableError, orReason } from '../../scripts/kafka/unavailable.ts'
import { knownBrokerErrors } from '../../src/errors/broker-codes.ts'

const program = fileURLToPath(new URL('./DumpErrors.java', import.meta.url))

/** What Kafka's own enumeration of error codes says. */
async function javaErrors() {
  const { code, output } = await run('java', await javaProgram(program))
  if (code === 127) throw new KafkaUnavailableError('java is not installed')
  if (code !== 0) throw new Error(`DumpErrors.java failed: ${output}`)
  // Other lines are the logger's.
  return [...output.matchAll(/^(-?\d+) ([A-Z_]+) (true|false) (true|false)$/gm)].map(
    ([, number, name, retriable, metadata]) => ({
      code: Number(number),
      name,
      retriable: retriable === 'true',
      metadata: metadata === 'true',
    }),
  )
}

describe('the table of broker errors', () => {
  it("is Kafka's own", async ctx => {
    const java = await orReason(javaErrors)
    if (!java.ok) return ctx.skip(java.reason)
    expect(knownBrokerErrors.map(({ code, name, retriable }) => ({ code, name, retriable }))).toEqual(
      java.value.map(({ code, name, retriable }) => ({ code, name, retriable })),
    )
    const stale = java.value.filter(({ metadata }) => metadata).map(({ name }) => name)
    expect(stale.length).toBeGreaterThan(10)
    for (const { name, remedy } of knownBrokerErrors)
      if (stale.includes(name)) expect([name, remedy]).toEqual([name, 'refresh-metadata'])
  })
})
