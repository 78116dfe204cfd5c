import { describe, expect, it, vi } from 'vitest'
import { BrokerError, type Producer, ProtocolError, TimeoutError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { answerAll, nextProduce, ownTime, turn } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6
const REQUEST_TIMED_OUT = 7
const MESSAGE_TOO_LARGE = 10

/** Tries again without a wait. */
const atOnce = { retry: { backoff: () => 0 } }

describe('the outcome of a message', () => {
  it('is that of its own partition, wherever the answer has it', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1], b: [1] } })
    const { send, sendAll } = bound(producer())
    // Topics that are known by then leave together.
    for (const topic of ['a', 'b']) {
      const first = send(topic, 0, 'first')
      ;(await nextProduce(peers[0]!)).answer({ [`${topic}-0`]: { offset: 0n } })
      await first
    }
    const sending = sendAll(['a', 0, 'x'], ['a', 1, 'y'], ['b', 0, 'z'], ['a', 0, 'w'])
    const { answer, sent } = await nextProduce(peers[0]!)
    expect(sent.map(({ where, values }) => [where, ...values])).toEqual([
      ['a-0', 'x', 'w'],
      ['a-1', 'y'],
      ['b-0', 'z'],
    ])
    answer({ 'b-0': { offset: 70n }, 'a-1': { offset: 50n }, 'a-0': { offset: 30n } })
    expect((await sending).map(({ topic, partition, offset }) => [topic, partition, offset])).toEqual([
      ['a', 0, 30n],
      ['a', 1, 50n],
      ['b', 0, 70n],
      ['a', 0, 31n],
    ])
  })

  it('is a ProtocolError where the answer has nothing for its partition; the others have theirs', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1, 1] } })
    const { send } = bound(producer(atOnce))
    const sending = [send('a', 0, 'x'), failure(send('a', 1, 'y')), failure(send('a', 1, 'y too')), send('a', 2, 'z')]
    const { answer } = await nextProduce(peers[0]!)
    answer({ 'a-0': { offset: 1n }, 'a-2': { offset: 2n } })
    const [x, y, yToo, z] = await Promise.all(sending)
    expect([x, z]).toMatchObject([{ offset: 1n }, { offset: 2n }])
    expect(y).toBeInstanceOf(ProtocolError)
    expect((y as Error).message).toMatch(/broker 1 .*left a-1 out of its answer/)
    expect(yToo).toBe(y)
    // The partition is none the worse for it.
    const after = send('a', 1, 'after')
    ;(await nextProduce(peers[0]!)).answer({ 'a-1': { offset: 9n } })
    expect(await after).toMatchObject({ offset: 9n })
  })

  it('is found where the answer names its topic twice', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1] } })
    const { send } = bound(producer())
    const sending = [send('a', 0, 'x'), send('a', 1, 'y')]
    const { asked, body } = await nextProduce(peers[0]!)
    const [{ name, topicId }] = body.topicData as [(typeof body.topicData)[number]]
    const responses = [0, 1].map(index => {
      return { name, topicId, partitionResponses: [{ index, errorCode: 0, baseOffset: BigInt(5 + index) }] }
    })
    asked.answer('Produce', { responses })
    expect(await Promise.all(sending)).toMatchObject([{ offset: 5n }, { offset: 6n }])
  })

  it('is the error of the broker where another try would not help, and those behind it go on', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const { send } = bound(producer(atOnce))
    const first = failure(send('a', 0, 'large'))
    const { answer } = await nextProduce(peers[0]!)
    const second = send('a', 0, 'small')
    answer({ 'a-0': { errorCode: MESSAGE_TOO_LARGE } })
    expect(await first).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('a-0 on broker 1'),
    })
    const next = await nextProduce(peers[0]!)
    expect(next.sent[0]?.values).toEqual(['small'])
    next.answer({ 'a-0': { offset: 0n } })
    expect(await second).toMatchObject({ offset: 0n })
  })

  it('is its last error when the tries of producer.retry are used up', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const { send } = bound(producer({ retry: { max: 2, backoff: () => 0 } }))
    const sending = failure(send('a', 0, 'x'))
    for (let i = 0; i < 3; i++) (await nextProduce(peers[0]!)).answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    const error = await sending
    expect(error).toBeInstanceOf(BrokerError)
    expect(error).toMatchObject({ code: 'REQUEST_TIMED_OUT' })
  })

  it('is a TimeoutError with the reason of the last try when producer.deliveryTimeoutMs is over', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const retry = { backoffMs: 10_000, maxBackoffMs: 10_000 }
    const { send } = bound(producer({ deliveryTimeoutMs: 300, idempotent: false, retry }))
    const first = failure(send('a', 0, 'x'))
    const { answer } = await nextProduce(peers[0]!)
    // It waits behind the first, and never leaves.
    const second = failure(send('a', 0, 'y'))
    answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    for (const error of [await first, await second]) {
      expect(error).toBeInstanceOf(TimeoutError)
      for (const part of ['a-0', 'producer.deliveryTimeoutMs (300 ms)', 'REQUEST_TIMED_OUT'])
        expect(error.message).toContain(part)
    }
  })

  it('is a TimeoutError that names the broker where that has not answered in time', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const { send } = bound(producer({ deliveryTimeoutMs: 200, idempotent: false }))
    const first = failure(send('a', 0, 'x'))
    await nextProduce(peers[0]!)
    const second = failure(send('a', 0, 'y'))
    for (const { message } of [await first, await second]) {
      expect(message).toMatch(/^a-0: .*deliveryTimeoutMs \(200 ms\); broker 1 \(127.0.0.1:\d+\) has not answered$/)
    }
  })

  it('is a TimeoutError too where the time was over before the topic was known', async () => {
    // The look-up is never answered, nor does anything else end the wait for it.
    const script = { Metadata: () => undefined }
    const config = { net: { requestTimeoutMs: 600_000 }, metadata: { timeoutMs: 600_000 } }
    const { producer } = await startPeers({ leaders: { a: [1] }, script, config })
    const { send } = bound(producer({ deliveryTimeoutMs: 200 }))
    const error = await failure(send('a', 0, 'x'))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toContain('producer.deliveryTimeoutMs (200 ms)')
    expect(error.message).toContain('"a"')
  })
})

describe('a batch whose time is over', () => {
  it('is not sent any more, be it just being compressed', async () => {
    ownTime()
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ compression: 'gzip', deliveryTimeoutMs: 1000 })
    const { send } = bound(sender)
    const first = send('a', 0, 'first')
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 0n } })
    await first
    const late = failure(send('a', 0, 'large '.repeat(100_000)))
    // By now another thread compresses it.
    await turn()
    expect(sender.stats()).toMatchObject({ batches: 1, requestsInFlight: 1 })
    vi.advanceTimersByTime(1000)
    expect(await late).toBeInstanceOf(TimeoutError)
    const next = send('a', 0, 'next')
    const { sent, answer } = await nextProduce(peers[0]!)
    expect(sent[0]?.values).toEqual(['next'])
    answer({ 'a-0': { offset: 1n } })
    expect(await next).toMatchObject({ offset: 1n })
  })
})

describe('a batch that is tried again', () => {
  it('is the same byte for byte; without idempotence those behind it wait for it', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1] } })
    const { send } = bound(producer({ ...atOnce, idempotent: false }))
    const sending = [send('a', 0, 'first'), send('a', 1, 'beside')]
    const first = await nextProduce(peers[0]!)
    sending.push(send('a', 0, 'second'), send('a', 0, 'third'))
    first.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT }, 'a-1': { offset: 0n } })
    const again = await nextProduce(peers[0]!)
    // What succeeded is not sent again.
    expect(again.sent.map(({ where, values }) => [where, ...values])).toEqual([['a-0', 'first']])
    expect(again.sent[0]?.bytes.equals(first.sent[0]!.bytes)).toBe(true)
    again.answer({ 'a-0': { offset: 5n } })
    const last = await nextProduce(peers[0]!)
    expect(last.sent.map(({ where, values }) => [where, ...values])).toEqual([['a-0', 'second', 'third']])
    last.answer({ 'a-0': { offset: 6n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([5n, 0n, 6n, 7n])
  })

  it('follows its partition to another leader, and leaves the others where they are', async () => {
    const leaders = { a: [1, 1] }
    const { peers, producer } = await startPeers({ leaders, count: 2 })
    const { send } = bound(producer(atOnce))
    const sending = [send('a', 0, 'moves'), send('a', 1, 'stays')]
    const first = await nextProduce(peers[0]!)
    leaders.a = [2, 1]
    first.answer({ 'a-0': { errorCode: NOT_LEADER_OR_FOLLOWER }, 'a-1': { offset: 0n } })
    void answerAll(peers[0]!, () => ({ errorCode: NOT_LEADER_OR_FOLLOWER }))
    const moved = await nextProduce(peers[1]!)
    expect(moved.sent.map(({ where, values }) => [where, ...values])).toEqual([['a-0', 'moves']])
    moved.answer({ 'a-0': { offset: 8n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([8n, 0n])
  })

  it('waits for a leader where the partition has none', async () => {
    let [leader, views] = [1, 0]
    const leaders = {
      get a() {
        // The election ends when the client has seen some times that there is no leader.
        if (leader < 0 && views++ === 3) leader = 1
        return [leader]
      },
    }
    const { peers, producer } = await startPeers({ leaders })
    const { send } = bound(producer(atOnce))
    const sending = send('a', 0, 'x')
    const { answer } = await nextProduce(peers[0]!)
    leader = -1
    answer({ 'a-0': { errorCode: NOT_LEADER_OR_FOLLOWER } })
    void answerAll(peers[0]!, () => (leader < 0 ? { errorCode: NOT_LEADER_OR_FOLLOWER } : { offset: 4n }))
    expect(await sending).toMatchObject({ offset: 4n })
    expect(views).toBe(4)
  })

  it('is sent over a new connection when the old one broke, or answered what makes no sense', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const { send } = bound(producer(atOnce))
    const sending = send('a', 0, 'x')
    const first = await nextProduce(peers[0]!)
    first.asked.socket.destroy()
    const second = await nextProduce(peers[0]!)
    expect(second.sent).toEqual(first.sent)
    expect(second.asked.socket).not.toBe(first.asked.socket)
    second.answer({ 'a-0': { offset: 3n } })
    expect(await sending).toMatchObject({ offset: 3n })
  })
})

describe('requests', () => {
  it('carry acks and producer.timeoutMs, and one batch a partition', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const { send } = bound(producer({ acks: 1, timeoutMs: 1234 }))
    const sending = send('a', 0, 'x')
    const { body, answer } = await nextProduce(peers[0]!)
    expect([body.acks, body.timeoutMs, body.topicData.length]).toEqual([1, 1234, 1])
    answer({ 'a-0': { offset: 0n } })
    await sending
  })

  it('of different partitions are under way at once, up to net.maxOpenRequests; meanwhile batches fill', async () => {
    const config = { net: { maxOpenRequests: 2 } }
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1, 1] }, config })
    const { send } = bound(producer())
    const sending = [send('a', 0, '0')]
    const first = await nextProduce(peers[0]!)
    sending.push(send('a', 1, '1'))
    const second = await nextProduce(peers[0]!)
    // Both slots are taken: these three gather, over several turns.
    for (const value of ['2', '3', '4']) {
      sending.push(send('a', 2, value))
      await new Promise(resolve => setImmediate(resolve))
    }
    first.answer({ 'a-0': { offset: 0n } })
    const third = await nextProduce(peers[0]!)
    expect(third.sent.map(({ where, values }) => [where, ...values])).toEqual([['a-2', '2', '3', '4']])
    second.answer({ 'a-1': { offset: 10n } })
    third.answer({ 'a-2': { offset: 20n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 10n, 20n, 21n, 22n])
  })

  it('go to each leader with its own partitions', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1, 2, 1] }, count: 2 })
    const { send } = bound(producer())
    const sending = [send('a', 0, '0'), send('a', 1, '1'), send('a', 2, '2')]
    const requests = await Promise.all(peers.map(nextProduce))
    expect(requests.map(({ sent }) => sent.map(({ where }) => where))).toEqual([['a-0', 'a-2'], ['a-1']])
    requests[1]!.answer({ 'a-1': { offset: 1n } })
    requests[0]!.answer({ 'a-2': { offset: 2n }, 'a-0': { offset: 0n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })
})

describe('messages of a topic that is being looked up', () => {
  it('leave in the order of the calls, with those that come later', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const { send } = bound(producer())
    const sending = [send('a', 0, 'x'), send('a', 0, 'y')]
    await Promise.resolve()
    sending.push(send('a', 0, 'z'))
    const { sent, answer } = await nextProduce(peers[0]!)
    expect(sent.map(({ values }) => values)).toEqual([['x', 'y', 'z']])
    answer({ 'a-0': { offset: 0n } })
    await Promise.all(sending)
  })
})

/** Shorter ways to send. */
function bound(producer: Producer) {
  const send = (topic: string, partition: number, value: string) => {
    const sending = producer.send({ topic, partition, value })
    // A test that fails before it looks at the outcome has told why already.
    sending.catch(() => {})
    return sending
  }
  const sendAll = (...messages: [topic: string, partition: number, value: string][]) =>
    Promise.all(messages.map(message => send(...message)))
  return { send, sendAll }
}
