import { createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePorts } from '../../scripts/kafka/ports.ts'
import { ConnectionError, type Kafka, TimeoutError } from '../../src/index.ts'
import { failure } from '../support/failure.ts'
import { newKafka, ownKafka } from '../support/kafka.ts'

/** All that a user may first do with a cluster. */
const firstCalls: [name: string, (kafka: Kafka) => Promise<unknown>][] = [
  ['send', kafka => kafka.producer().send({ topic: 't', value: 'v' })],
  ['createTopics', kafka => kafka.admin().createTopics([{ name: 't' }])],
  ['consumePartition', kafka => kafka.consumer().consumePartition('t', 0, { from: 'oldest' }).batches().next()],
]

/** Gives what was rejected and never handled from now on until it is called. */
function watchRejections(): () => Promise<unknown[]> {
  const seen: unknown[] = []
  const onRejection = (reason: unknown) => seen.push(reason)
  process.on('unhandledRejection', onRejection)
  onTestFinished(() => {
    process.off('unhandledRejection', onRejection)
  })
  // Node tells of them when the current turn of the event loop ends.
  return async () => {
    await setImmediate()
    return seen
  }
}

describe.each(firstCalls)('%s', (_, call) => {
  it('with no broker there fails with its host and port, and nothing is thrown into the void', async () => {
    const unhandled = watchRejections()
    const [port] = await freePorts(1)
    const kafka = newKafka({ brokers: `127.0.0.1:${port}`, metadata: { retry: { max: 2, backoffMs: 20 } } })
    const error = await failure(call(kafka))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ address: `127.0.0.1:${port}`, retriable: true })
    expect(error.message).toContain(`127.0.0.1:${port}`)
    expect(error.message).toMatch(/ECONNREFUSED.*is a broker listening there/)
    await kafka.close()
    expect(await unhandled()).toEqual([])
  })

  it('with several brokers none of which is there names them all', async () => {
    const ports = await freePorts(2)
    const brokers = ports.map(port => `127.0.0.1:${port}`)
    const kafka = newKafka({ brokers, metadata: { retry: { max: 0 } } })
    const error = await failure(call(kafka))
    expect(error).toBeInstanceOf(ConnectionError)
    for (const broker of brokers) expect(error.message).toContain(broker)
  })

  it('with a peer that never answers ends with net.dialTimeoutMs and the tries of metadata.retry', async () => {
    const sockets: Socket[] = []
    const silent = createServer(socket => sockets.push(socket))
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const { port } = silent.address() as { port: number }
    const net = { dialTimeoutMs: 200 }
    const kafka = newKafka({ brokers: `127.0.0.1:${port}`, net, metadata: { retry: { max: 1, backoffMs: 20 } } })
    const started = performance.now()
    const error = await failure(call(kafka))
    // Two tries and the wait between them; the rest is for a busy machine, and less than a try takes by default.
    expect(performance.now() - started).toBeLessThan(2 * 200 + 24 + 5_000)
    expect(error).toBeInstanceOf(TimeoutError)
    for (const part of [`127.0.0.1:${port}`, 'net.dialTimeoutMs', '200 ms']) expect(error.message).toContain(part)
    expect(sockets).toHaveLength(2)
  })
})

it('a message waits for a broker that is not there yet', async context => {
  const [port] = await freePorts(1)
  const waiting = newKafka({
    brokers: `127.0.0.1:${port}`,
    metadata: { retry: { max: Infinity, backoffMs: 50, maxBackoffMs: 200 } },
  })
  const sending = waiting.producer().send({ topic: 'early', value: 'bird' })
  sending.catch(() => {})
  await ownKafka({ ports: [port!] }).catch(error => {
    if (error.name === 'KafkaUnavailableError') context.skip(error.message)
    throw error
  })
  expect(await sending).toMatchObject({ topic: 'early', offset: 0n })
})
