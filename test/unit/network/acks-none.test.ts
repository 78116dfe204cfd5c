import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ClosedError, ConnectionError, TimeoutError } from '../../../src/errors/client-errors.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { Peer } from '../../support/peer.ts'
import { about, failure, open, TOPIC_ID } from './support.ts'

/** More than sockets take for a peer that does not read. */
const records = Buffer.alloc(48 << 20)
const large = { acks: 0, timeoutMs: 1, topicData: [{ topicId: TOPIC_ID, partitionData: [{ index: 0, records }] }] }

/** A connection whose peer has stopped reading. */
async function start(net = {}) {
  const peer = await Peer.start()
  const connection = await open(peer, { net })
  const socket = await peer.socket()
  socket.pause()
  return { connection, socket }
}

describe('a request without an answer', () => {
  it('fails when the peer ends the connection before the socket has taken all of it', async () => {
    const { connection, socket } = await start()
    const sending = failure(connection.sendOnly(apis.Produce, large))
    // Some of it has been written by then.
    await setImmediate()
    socket.resetAndDestroy()
    expect(await sending).toBeInstanceOf(ConnectionError)
  })

  it('fails when the connection is closed before the socket has taken all of it', async () => {
    const { connection } = await start()
    const sending = failure(connection.sendOnly(apis.Produce, large))
    connection.close()
    expect(await sending).toBeInstanceOf(ClosedError)
  })

  it('fails with its connection when the peer has not read it within net.requestTimeoutMs', async () => {
    const { connection } = await start({ requestTimeoutMs: 100 })
    const sending = failure(connection.sendOnly(apis.Produce, large))
    const behind = failure(connection.request(apis.Metadata, about('a'), { timeoutMs: 600_000 }))
    expect(await sending).toBeInstanceOf(TimeoutError)
    expect(await behind).toBeInstanceOf(ConnectionError)
    expect(connection.isClosed).toBe(true)
  })
})
