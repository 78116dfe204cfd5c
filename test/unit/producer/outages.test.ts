import { describe, expect, it, vi } from 'vitest'
import { type KafkaConfig, TimeoutError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextProduce, ownTime, prime, send, sendOneByOne } from './support.ts'

const COORDINATOR_NOT_AVAILABLE = 15
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45

type Hooks = NonNullable<KafkaConfig['hooks']>
type ErrorEvent = Parameters<NonNullable<Hooks['onError']>>[0]

/** A hook that takes errors down, and a wait until there have been so many. */
function errorsSpy() {
  const errors: ErrorEvent[] = []
  let check = () => {}
  const onError = (event: ErrorEvent) => {
    errors.push(event)
    check()
  }
  const reach = (count: number) =>
    new Promise<void>(resolve => {
      check = () => errors.length >= count && resolve()
      check()
    })
  return { errors, onError, reach }
}

const atOnce = { retry: { backoff: () => 0 } }

describe('while there is no producer id', () => {
  it('hooks are told why, and so is who sent a message when its time is over', async () => {
    ownTime()
    const { errors, onError, reach } = errorsSpy()
    const refusal = { throttleTimeMs: 0, errorCode: COORDINATOR_NOT_AVAILABLE, producerId: -1n, producerEpoch: -1 }
    const script = { InitProducerId: () => refusal }
    const { producer } = await startPeers({ leaders: { a: [1] }, script, config: { hooks: { onError } } })
    const sending = failure(send(producer({ ...atOnce, deliveryTimeoutMs: 1000 }), 'x'))
    await reach(1)
    const told = { willRetry: true, error: expect.objectContaining({ code: 'COORDINATOR_NOT_AVAILABLE' }) }
    expect(errors[0]).toEqual(told)
    vi.advanceTimersByTime(1000)
    const error = await sending
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toContain('COORDINATOR_NOT_AVAILABLE')
    expect(error.cause).toBe(errors.at(-1)?.error)
  })
})

describe('while a broker cannot be connected to', () => {
  it('nothing counts as sent, nor as sent again', async () => {
    const { onError, reach } = errorsSpy()
    const onDelivery = vi.fn()
    const leaders = { a: [1, 2] }
    const hooks = { onError, onDelivery }
    const { peers, producer } = await startPeers({ leaders, count: 2, config: { hooks } })
    const sender = producer(atOnce)
    await prime(sender, peers[0]!)
    await peers[1]!.close()
    const sending = send(sender, 'x', 1)
    await reach(3)
    expect(sender.stats().retries).toBe(0)
    leaders.a[1] = 1
    ;(await nextProduce(peers[0]!)).answer({ 'a-1': { offset: 5n } })
    expect(await sending).toMatchObject({ offset: 5n })
    expect(sender.stats().retries).toBe(0)
    expect(onDelivery).toHaveBeenLastCalledWith(expect.objectContaining({ partition: 1, attempts: 1 }))
  })
})

describe('after two batches whose time ran out while it was open whether they had been written', () => {
  it('the one behind them is sent again with new sequences, though the first of them turned up', async () => {
    ownTime()
    const { onError, reach } = errorsSpy()
    const { peers, producer } = await startPeers({ leaders: { a: [1] }, config: { hooks: { onError } } })
    const [peer, sender] = [peers[0]!, producer({ ...atOnce, deliveryTimeoutMs: 1500 })]
    await prime(sender, peer)
    const expiring = await sendOneByOne(sender, peer, ['A', 'B'])
    vi.advanceTimersByTime(800)
    const { sending } = await sendOneByOne(sender, peer, ['C'])
    expiring.requests[0]!.asked.socket.destroy()
    await reach(3)
    vi.advanceTimersByTime(1)
    const again = await nextProduce(peer)
    expect([again.sent[0]!.values, again.sent[0]!.by]).toEqual([['A'], [4711n, 0, 1]])
    vi.advanceTimersByTime(699)
    for (const each of expiring.sending) expect(await failure(each)).toBeInstanceOf(TimeoutError)
    again.answer({ 'a-0': { offset: 1n } })
    const next = await nextProduce(peer)
    expect([next.sent[0]!.values, next.sent[0]!.by]).toEqual([['C'], [4711n, 0, 3]])
    next.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    // It fails at once, or is tried again.
    await Promise.race([sending[0], reach(4)])
    vi.advanceTimersByTime(1)
    const renewed = await nextProduce(peer)
    expect([renewed.sent[0]!.values, renewed.sent[0]!.by]).toEqual([['C'], [4711n, 1, 0]])
    renewed.answer({ 'a-0': { offset: 2n } })
    expect(await sending[0]).toMatchObject({ offset: 2n })
  })
})
