import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ClosedError, ConnectionError, ProtocolError, TimeoutError } from '../../../src/errors/client-errors.ts'
import type { Address } from '../../../src/network/address.ts'
import { selfSigned } from '../../support/certificate.ts'
import { closed, failure, open } from './support.ts'

/** Listens on a free port until the test ends. */
async function listening(server: Server): Promise<{ address: Address; sockets: Socket[] }> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, sockets }
}

/** A peer that says this as soon as it is asked, and no more. */
function saying(text: string): Server {
  return createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write(Buffer.from(text, 'latin1')))
  })
}

describe('a peer that is no Kafka broker', () => {
  it.each([
    ['HTTP', () => createHttpServer() as Server, 'broker 1 speaks HTTP, not Kafka'],
    ['SSH', () => saying('SSH-2.0-OpenSSH_9.6\r\n'), 'broker 1 speaks SSH, not Kafka'],
    ['SMTP', () => saying('220 mail.example.org ESMTP\r\n'), 'broker 1 speaks a text protocol, not Kafka'],
    ['noise', () => saying('\xff\xff\xff\xff\xff\xff\xff\xff'), 'broker 1 does not speak Kafka: a frame of -1 bytes'],
  ])('is told: %s', async (_, server, message) => {
    const alloc = vi.spyOn(Buffer, 'allocUnsafe')
    onTestFinished(() => alloc.mockRestore())
    const { address, sockets } = await listening(server())
    const error = await failure(open({ address }))
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ retriable: false, message: expect.stringContaining(message) })
    for (const [size] of alloc.mock.calls) expect(size).toBeLessThan(100_000)
    await closed(sockets[0]!)
  })

  it('is told by what it says before it is asked', async () => {
    const { address } = await listening(
      createServer(socket => socket.on('error', () => {}).write('SSH-2.0-OpenSSH_9.6\r\n')),
    )
    const error = await failure(open({ address }))
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toContain('broker 1 speaks SSH, not Kafka')
  })

  it('is told where it speaks TLS and net.tls is not set', async () => {
    const { address } = await listening(createTlsServer(selfSigned()))
    const error = await failure(open({ address }))
    // Whether the server sends an alert before it closes is up to its version of OpenSSL.
    expect([ProtocolError, ConnectionError]).toContain(error.constructor)
    expect(error.message).toMatch(/TLS.*set net\.tls/)
  })

  it('is told by the alert of a TLS server', async () => {
    const { address } = await listening(saying('\x15\x03\x03\x00\x02\x02\x46'))
    const error = await failure(open({ address }))
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error.message).toMatch(/^broker 1 speaks TLS, not Kafka's plain protocol; set net\.tls/)
  })

  it('answers an empty frame', async () => {
    const { address } = await listening(saying('\0\0\0\x04\0\0\0\0'))
    const error = await failure(open({ address }))
    expect(error).toBeInstanceOf(ProtocolError)
  })

  it('never answers', async () => {
    const { address, sockets } = await listening(createServer())
    const error = await failure(open({ address }, { net: { dialTimeoutMs: 50 } }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ retriable: true })
    expect(error.message).toMatch(/^broker 1 did not answer ApiVersions v4 within net\.dialTimeoutMs \(50 ms\)/)
    // A socket sees the end only when it is read.
    sockets[0]!.resume()
    await closed(sockets[0]!)
  })

  it('never ends the TLS handshake', async () => {
    const { address } = await listening(createServer())
    const error = await failure(open({ address }, { net: { tls: true, dialTimeoutMs: 50 } }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toMatch(/^cannot connect to 127\.0\.0\.1:\d+ within net\.dialTimeoutMs \(50 ms\)/)
  })

  it('closes at once', async () => {
    const { address } = await listening(createServer(socket => socket.end().resume()))
    const error = await failure(open({ address }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toMatch(/broker 1 was closed by the peer before it answered anything; .*set net\.tls/)
  })

  it('is not there', async () => {
    const server = createServer()
    const { address } = await listening(server)
    server.close()
    await once(server, 'close')
    const where = `127.0.0.1:${address.port}`
    const error = await failure(open({ address }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ address: where, retriable: true, cause: { code: 'ECONNREFUSED' } })
    expect(error.message).toContain(`cannot connect to ${where}: connect ECONNREFUSED`)
  })

  it('has a name that does not resolve', async () => {
    const error = await failure(open({ address: { host: 'no.such.host.invalid', port: 9092 } }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ address: 'no.such.host.invalid:9092' })
    expect(error.message).toMatch(
      /cannot connect to no\.such\.host\.invalid:9092: .*(does not resolve|could not be resolved)/,
    )
  })
})

describe('an attempt to connect that is aborted', () => {
  const reason = new ClosedError('enough')

  it('does not begin where it is aborted already', async () => {
    const { address, sockets } = await listening(createServer())
    expect(await failure(open({ address }, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(sockets).toEqual([])
  })

  it.each([
    ['while it dials', true],
    ['while it waits for the versions', false],
  ])('ends at once %s, and lets go of the socket', async (_, tls) => {
    const user = new AbortController()
    const server = createServer()
    const { address } = await listening(server)
    const opening = failure(open({ address }, { signal: user.signal, net: { tls } }))
    const [socket] = (await once(server, 'connection')) as [Socket]
    // The first bytes are a TLS hello or the first request: the socket is open and waits for the peer.
    await once(socket, 'data')
    user.abort(reason)
    expect(await opening).toBe(reason)
    await closed(socket)
  })
})
