import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ClosedError, ConnectionError } from '../../../src/errors/client-errors.ts'
import { Broker } from '../../../src/network/broker.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { Peer } from '../../support/peer.ts'
import { about, answerAbout, closed, context, failure } from './support.ts'

function brokerAt(peer: Peer, nodeId = 1): Broker {
  const broker = new Broker(nodeId, peer.address, context(), () => {})
  onTestFinished(() => broker.close())
  return broker
}

describe('a broker', () => {
  it('is named by its node id and address, or by the address alone while the id is unknown', async () => {
    const peer = await Peer.start()
    const { port } = peer.address
    expect(brokerAt(peer, 2).label).toBe(`broker 2 (127.0.0.1:${port})`)
    expect(brokerAt(peer, -1).label).toBe(`127.0.0.1:${port}`)
  })

  it('is dialled when it is first needed, once for all who wait, and kept', async () => {
    const peer = await Peer.start()
    const broker = brokerAt(peer)
    expect([peer.sockets.length, broker.isConnected('general')]).toEqual([0, false])
    const [first, second] = await Promise.all([broker.connection('general'), broker.connection('general')])
    expect(second).toBe(first)
    expect(await broker.connection('general')).toBe(first)
    expect([peer.sockets.length, broker.isConnected('general')]).toEqual([1, true])
  })

  it('has connections of their own for what must not wait for one another', async () => {
    const peer = await Peer.start()
    const broker = brokerAt(peer)
    const [general, produce] = [await broker.connection('general'), await broker.connection('produce')]
    expect(produce).not.toBe(general)
    // A request on one that is not answered does not hold up the other.
    const held = failure(produce.request(apis.Metadata, about('held')))
    await peer.next()
    const answer = general.request(apis.Metadata, about('free'))
    answerAbout(await peer.next())
    expect((await answer).clusterId).toBe('free')
    broker.close()
    await held
  })

  it('is dialled again after its connection broke', async () => {
    const peer = await Peer.start()
    const broker = brokerAt(peer)
    const first = await broker.connection('general')
    const waiting = failure(first.request(apis.Metadata, about('a')))
    ;(await peer.next()).socket.destroy()
    expect(await waiting).toBeInstanceOf(ConnectionError)
    expect(broker.isConnected('general')).toBe(false)
    const second = await broker.connection('general')
    expect(second.isClosed).toBe(false)
    expect(peer.sockets).toHaveLength(2)
  })

  it('is dialled again after an attempt failed', async () => {
    const gone = await Peer.start()
    const { port } = gone.address
    const broker = brokerAt(gone)
    await gone.close()
    expect(await failure(broker.connection('general'))).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await Peer.start({ port })
    expect((await broker.connection('general')).isClosed).toBe(false)
  })

  it.each([
    ['', 9092, ':9092'],
    ['127.0.0.1', -1, '127.0.0.1:-1'],
    ['127.0.0.1', 65_536, '127.0.0.1:65536'],
  ])('cannot be dialled at an address that is none, which is said (%j, %i)', async (host, port, shown) => {
    const broker = new Broker(1, { host, port }, context(), () => {})
    const error = await failure(broker.connection('general'))
    expect(error).toBeInstanceOf(ConnectionError)
    for (const part of [shown, 'advertised.listeners']) expect(error.message).toContain(part)
  })

  it('goes on connecting for the others when one aborts', async () => {
    const peer = await Peer.start({ offers: null })
    const broker = brokerAt(peer)
    const user = new AbortController()
    const impatient = failure(broker.connection('general', user.signal))
    const patient = broker.connection('general')
    const asked = await peer.next()
    user.abort(new Error('enough'))
    expect((await impatient).message).toBe('enough')
    asked.answer('ApiVersions', { errorCode: 0, apiKeys: [] })
    expect((await patient).isClosed).toBe(false)
    expect(peer.sockets).toHaveLength(1)
  })
})

describe('closing a broker', () => {
  it('closes all of its connections and rejects what waits with the reason', async () => {
    const peer = await Peer.start()
    const broker = brokerAt(peer)
    const [general, produce] = [await broker.connection('general'), await broker.connection('produce')]
    const errors = Promise.all([general, produce].map(each => failure(each.request(apis.Metadata, about('a')))))
    await Promise.all([peer.next(), peer.next()])
    const reason = new ConnectionError('a:1', 'it moved')
    broker.close(reason)
    expect(await errors).toEqual([reason, reason])
    expect(await failure(broker.connection('general'))).toBe(reason)
    expect(broker.isClosed).toBe(true)
    for (const socket of peer.sockets) await closed(socket)
  })

  it('ends what is about to be dialled', async () => {
    const peer = await Peer.start()
    const broker = brokerAt(peer)
    const opening = failure(broker.connection('general'))
    broker.close()
    expect(await opening).toBeInstanceOf(ClosedError)
    expect(peer.sockets).toEqual([])
  })

  it('ends what is just being opened', async () => {
    const peer = await Peer.start({ offers: null })
    const broker = brokerAt(peer)
    const opening = failure(broker.connection('general'))
    const { socket } = await peer.next()
    broker.close()
    expect(await opening).toBeInstanceOf(ClosedError)
    await closed(socket)
  })

  it.each([
    // A peer that never answers shows that nobody waits for it to.
    ['is dialled', 1, { offers: null }],
    ['is ready', 2, {}],
  ])('closes a connection that %s at that very moment', async (_, moment, options) => {
    const peer = await Peer.start(options)
    const broker = brokerAt(peer)
    // Dialling and connecting both end by letting go of the signal that would have ended them.
    let lettings = 0
    const letGo = vi.spyOn(AbortSignal.prototype, 'removeEventListener')
    onTestFinished(() => letGo.mockRestore())
    letGo.mockImplementation(function (this: AbortSignal, ...args) {
      EventTarget.prototype.removeEventListener.apply(this, args as Parameters<EventTarget['removeEventListener']>)
      if (++lettings === moment) broker.close()
    })
    expect(await failure(broker.connection('general'))).toBeInstanceOf(ClosedError)
    await closed(await peer.socket())
  })
})
