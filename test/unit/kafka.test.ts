import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ClosedError } from '../../src/index.ts'
import { startPeers } from '../support/cluster-of-peers.ts'
import { failure } from '../support/failure.ts'
import { closed } from './network/support.ts'
import { nextProduce } from './producer/support.ts'

/** A producer whose broker has two messages and will never answer. */
async function stuck() {
  const { peers, kafka, producer } = await startPeers({ leaders: { a: [1] } })
  const sender = producer()
  const failures = [1, 2].map(() => failure(sender.send({ topic: 'a', value: 'x' })))
  await nextProduce(peers[0]!)
  /** Resolves when the broker has seen the end of every connection. */
  const ended = () => Promise.all(peers[0]!.sockets.map(closed))
  return { kafka, sender, failures, ended, user: new AbortController() }
}

function givenUp(cause: unknown) {
  return { code: 'CLOSED', message: 'the producer was closed before 2 messages were sent', cause }
}

const reason = new Error('enough')

describe('closing with messages that are not acknowledged', () => {
  it('ends with its signal, tells how many they are, and closes every connection', async () => {
    const { kafka, failures, ended, user } = await stuck()
    const closing = failure(kafka.close({ signal: user.signal }))
    user.abort(reason)
    expect(await closing).toBeInstanceOf(ClosedError)
    expect(await closing).toMatchObject(givenUp(reason))
    for (const each of await Promise.all(failures)) expect(each).toBeInstanceOf(ClosedError)
    await ended()
    expect(() => kafka.producer()).toThrow(ClosedError)
  })

  it.each([
    ['the Kafka', 'the producer, which was closed first'],
    ['the producer', 'the Kafka, which was closed first'],
    ['the producer', 'the producer, by the first call'],
    ['the Kafka', 'the Kafka, by the first call'],
  ])('ends with the signal that %s was given, whatever waits for %s', async (who, first) => {
    const { kafka, sender, failures, ended, user } = await stuck()
    const { signal } = user
    const patient = failure(first.startsWith('the Kafka') ? kafka.close() : sender.close())
    const impatient = failure(who === 'the Kafka' ? kafka.close({ signal }) : sender.close({ signal }))
    const whole = failure(kafka.close())
    user.abort(reason)
    for (const each of await Promise.all([patient, impatient, whole])) expect(each).toMatchObject(givenUp(reason))
    for (const each of await Promise.all(failures)) expect(each).toBeInstanceOf(ClosedError)
    await ended()
  })

  it('closes the others all the same', async () => {
    const { kafka, ended, user } = await stuck()
    const reader = kafka.consumer().consumePartition('a', 0, { from: 0n }).batches()
    const reading = reader.next()
    user.abort(reason)
    expect(await failure(kafka.close({ signal: user.signal }))).toMatchObject(givenUp(reason))
    expect(await reading).toEqual({ done: true, value: undefined })
    await ended()
  })

  it('is no error where nothing is given up', async () => {
    const { kafka, producer } = await startPeers({ leaders: { a: [1] } })
    producer()
    await kafka.close({ signal: AbortSignal.abort(reason) })
  })
})

describe('one signal', () => {
  it('serves many calls without a warning of a leak', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => {
      process.removeListener('warning', onWarning)
    })
    const { peers, kafka, producer } = await startPeers({ leaders: { a: [1], t: Array(30).fill(1) } })
    const user = new AbortController()
    const { signal } = user
    const sender = producer()
    const message = { topic: 'a', value: 'x' }
    const sending = failure(sender.sendAll(Array(50).fill(message), { signal }))
    const alone = Array.from({ length: 20 }, () => failure(sender.send(message, { signal })))
    const consumer = kafka.consumer()
    const readers = Array.from({ length: 30 }, (_, i) => consumer.consumePartition('t', i, { from: 0n, signal }))
    const reading = readers.map(each => each.batches().next())
    // All are under way now.
    for (const _ of [1, 2]) await peers[0]!.next()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    user.abort(reason)
    for (const each of await Promise.all([sending, ...alone])) expect(each).toBe(reason)
    for (const each of await Promise.all(reading)) expect(each).toEqual({ done: true, value: undefined })
    // Warnings come a little later.
    await new Promise(resolve => setImmediate(resolve))
    expect(warnings).toEqual([])
  })

  it('is let go of by calls that are over', async () => {
    const { peers, producer, kafka } = await startPeers({ leaders: { a: [1] } })
    const { signal } = new AbortController()
    const sender = producer()
    const sending = sender.sendAll([{ topic: 'a' }, { topic: 'a' }], { signal })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 0n } })
    await sending
    await kafka.consumer().consumePartition('a', 0, { from: 0n, signal }).close()
    await sender.close({ signal })
    await kafka.close({ signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
