import { describe, expect, it, vi } from 'vitest'
import { Broker } from '../../../src/network/broker.ts'
import type { ConnectEvent, DisconnectEvent, RequestEvent } from '../../../src/observe/hooks.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { Peer } from '../../support/peer.ts'
import { about, answerAbout, closed, context, failure, open } from './support.ts'

const { Metadata, Produce } = apis

/** Hooks of a connection, and what they were told. The handshake, which comes first, is left out. */
function listening() {
  const requests: RequestEvent[] = []
  const connects: ConnectEvent[] = []
  const disconnects: DisconnectEvent[] = []
  const hooks = {
    onRequest: (event: RequestEvent) => event.api !== 'ApiVersions' && requests.push(event),
    onConnect: (event: ConnectEvent) => connects.push(event),
    onDisconnect: (event: DisconnectEvent) => disconnects.push(event),
  }
  return { hooks, requests, connects, disconnects }
}

describe('onRequest', () => {
  it('is told of each answer, with what went over the wire, before the caller goes on', async () => {
    const { hooks, requests } = listening()
    const peer = await Peer.start({ offers: { Metadata: { min: 0, max: 9 } } })
    const connection = await open(peer, { hooks })
    const answer = connection.request(Metadata, about('a')).then(() => requests.length)
    const asked = await peer.next()
    const frame = asked.frame('Metadata', { brokers: [], topics: [] })
    expect(requests).toEqual([])
    asked.socket.write(frame)
    expect(await answer).toBe(1)
    expect(requests).toEqual([
      {
        broker: 'broker 1',
        nodeId: 1,
        api: 'Metadata',
        version: 9,
        requestBytes: asked.bytes.length,
        responseBytes: frame.length,
        durationMs: expect.any(Number),
        error: undefined,
      },
    ])
  })

  it('is told of the handshake too', async () => {
    const onRequest = vi.fn()
    await open(await Peer.start(), { hooks: { onRequest } })
    expect(onRequest.mock.calls).toEqual([[expect.objectContaining({ api: 'ApiVersions', error: undefined })]])
  })

  it('is told of requests that have no answer', async () => {
    const { hooks, requests } = listening()
    const peer = await Peer.start()
    const connection = await open(peer, { hooks })
    await connection.sendOnly(Produce, { acks: 0, timeoutMs: 1, topicData: [] })
    const { bytes } = await peer.next()
    expect(requests).toMatchObject([{ api: 'Produce', requestBytes: bytes.length, responseBytes: 0, error: undefined }])
  })

  it('is told of the answer to a wait that was dropped', async () => {
    const { hooks, requests } = listening()
    const peer = await Peer.start()
    const connection = await open(peer, { hooks })
    const user = new AbortController()
    const dropped = failure(connection.request(Metadata, about('dropped'), { signal: user.signal }))
    const later = connection.request(Metadata, about('later'))
    user.abort(new Error('enough'))
    await dropped
    expect(requests).toEqual([])
    for (let i = 0; i < 2; i++) answerAbout(await peer.next())
    await later
    expect(requests).toMatchObject([{ error: undefined }, { error: undefined }])
  })

  it('is told once of each request that fails, be it written or not, with the error of its caller', async () => {
    const { hooks, requests } = listening()
    const peer = await Peer.start()
    const connection = await open(peer, { hooks, net: { maxOpenRequests: 2 } })
    const errors = Promise.all([
      failure(connection.request(Metadata, about('patient'))),
      failure(connection.request(Metadata, about('hasty'), { timeoutMs: 10 })),
      failure(connection.request(Metadata, about('waiting'))),
    ])
    const [patient, hasty, waiting] = await errors
    expect(requests.map(({ error }) => error)).toEqual([patient, hasty, waiting])
    expect(requests.map(({ requestBytes, responseBytes }) => [requestBytes > 0, responseBytes])).toEqual([
      [true, 0],
      [true, 0],
      [false, 0],
    ])
    expect(requests[2]!.durationMs).toBe(0)
    const late = await failure(connection.request(Metadata, about('late')))
    expect(requests.slice(3)).toMatchObject([{ error: late, requestBytes: 0 }])
  })

  it('is told of a request that could not be encoded, and of an answer that could not be decoded', async () => {
    const { hooks, requests } = listening()
    const peer = await Peer.start()
    const connection = await open(peer, { hooks })
    const bad = await failure(connection.request(Metadata, about('x'.repeat(40_000))))
    const garbled = failure(connection.request(Metadata, about('a')))
    const asked = await peer.next()
    asked.socket.write(asked.frame('Metadata', { brokers: [], topics: [] }).fill(0x7f, 13, 14))
    expect(requests.map(({ error }) => error)).toEqual([bad])
    const error = await garbled
    expect(requests.map(({ error }) => error)).toEqual([bad, error])
  })
})

describe('onConnect and onDisconnect', () => {
  it('are told what a broker is called and what its connection is for', async () => {
    const { hooks, connects, disconnects } = listening()
    const peer = await Peer.start()
    const broker = new Broker(2, peer.address, context({ hooks }), () => {})
    await broker.connection('produce')
    await broker.connection(Symbol('fetch'))
    const label = `broker 2 (127.0.0.1:${peer.address.port})`
    const facts = (purpose: string) => ({ broker: label, nodeId: 2, purpose, error: undefined })
    expect(connects).toEqual(
      ['produce', 'fetch'].map(purpose => ({ ...facts(purpose), durationMs: expect.any(Number) })),
    )
    expect(disconnects).toEqual([])
    broker.close()
    expect(disconnects).toEqual([facts('produce'), facts('fetch')])
  })

  it('are told why a connection was lost', async () => {
    const { hooks, connects, disconnects } = listening()
    const peer = await Peer.start()
    const connection = await open(peer, { hooks })
    const error = failure(connection.request(Metadata, about('a')))
    ;(await peer.next()).socket.destroy()
    expect(disconnects).toEqual([])
    expect(await error).toMatchObject({ code: 'CONNECTION' })
    expect(disconnects).toEqual([{ broker: 'broker 1', nodeId: 1, purpose: 'general', error: await error }])
    expect(connects).toHaveLength(1)
  })

  it('are told of no error where a connection was idle', async () => {
    const { hooks, disconnects } = listening()
    const peer = await Peer.start()
    await open(peer, { hooks, net: { idleMs: 10 } })
    await closed(await peer.socket())
    expect(disconnects).toMatchObject([{ error: undefined }])
  })

  it.each([
    ['nobody listens', undefined],
    ['the handshake fails', { script: { ApiVersions: () => ({ errorCode: 42, apiKeys: [] }) } }],
  ])('are told once that a connection could not be opened: %s', async (_, options) => {
    const { hooks, connects, disconnects } = listening()
    const peer = await Peer.start(options)
    if (options === undefined) await peer.close()
    const error = await failure(open(peer, { hooks }))
    expect(connects).toMatchObject([{ broker: 'broker 1', nodeId: 1, error }])
    expect(disconnects).toEqual([])
  })
})
