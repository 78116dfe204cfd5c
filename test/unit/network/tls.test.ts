import { describe, expect, it } from 'vitest'
import { ConfigurationError, ConnectionError } from '../../../src/errors/client-errors.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { selfSigned } from '../../support/certificate.ts'
import { Peer } from '../../support/peer.ts'
import { about, answerAbout, closed, failure, fetchBody, fetched, open, recordsOf, TOPIC_ID } from './support.ts'

describe('TLS', () => {
  const own = selfSigned()

  it('works with the options of Node, such as ca', async () => {
    const peer = await Peer.start({ tls: own })
    const connection = await open(peer, { net: { tls: { ca: own.cert } } })
    const answer = connection.request(apis.Metadata, about('a'))
    answerAbout(await peer.next())
    expect((await answer).clusterId).toBe('a')
    connection.close()
    await closed(await peer.socket())
  })

  it('carries what is large, both ways', async () => {
    const peer = await Peer.start({ tls: own })
    const connection = await open(peer, { net: { tls: { ca: own.cert } } })
    const records = Buffer.alloc(1_000_000, 'abcdefg')
    const partitionData = [{ index: 0, records }]
    void connection.sendOnly(apis.Produce, { acks: 0, timeoutMs: 1, topicData: [{ topicId: TOPIC_ID, partitionData }] })
    const sent = (await peer.next()).body('Produce').topicData[0]!.partitionData[0]!.records!
    expect(sent.equals(records)).toBe(true)
    const answers = [1, 2].map(() => connection.request(apis.Fetch, fetchBody))
    for (const _ of answers) (await peer.next()).answer('Fetch', fetched(records))
    for (const answer of answers) expect(recordsOf(await answer).equals(records)).toBe(true)
  })

  it('asks for the host by name, and checks the certificate against it', async () => {
    const peer = await Peer.start({ tls: own })
    const { port } = peer.address
    await open({ address: { host: 'localhost', port } }, { net: { tls: { ca: own.cert } } })
    expect(await peer.socket()).toMatchObject({ servername: 'localhost' })
    const other = { ca: own.cert, servername: 'elsewhere.example' }
    const error = await failure(open(peer, { net: { tls: other } }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toMatch(/elsewhere\.example.*net\.tls\.servername/)
  })

  it('shows a certificate of its own where the broker asks for one', async () => {
    const client = selfSigned()
    const peer = await Peer.start({ tls: { ...own, ca: client.cert, requestCert: true, rejectUnauthorized: true } })
    await open(peer, { net: { tls: { ca: own.cert, ...client } } })
    expect(await peer.socket()).toMatchObject({ authorized: true })
  })

  it('learns that the broker wants a certificate', async () => {
    const peer = await Peer.start({ tls: { ...own, requestCert: true, rejectUnauthorized: true } })
    const error = await failure(open(peer, { net: { tls: { ca: own.cert } } }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toMatch(/alert certificate required; .* give it in net\.tls, as cert and key, or as pfx$/)
  })

  it.each([
    ['a key of another certificate', { cert: own.cert, key: selfSigned().key }, 'key values mismatch'],
    ['a certificate that is none', { cert: 'certificate' }, 'no start line'],
  ])('refuses %s', async (_, tls, reason) => {
    const error = await failure(open(await Peer.start({ tls: own }), { net: { tls } }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toBe(
      `net.tls: cannot be used: ${reason}; look at its certificates and keys (ca, cert, key, pfx, passphrase)`,
    )
  })

  it('refuses a certificate that it does not trust, and says what to look at', async () => {
    const peer = await Peer.start({ tls: own })
    const error = await failure(open(peer, { net: { tls: true } }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toMatch(
      /^cannot connect to 127\.0\.0\.1:\d+: self-signed certificate; .*not trusted here: give that in net\.tls\.ca$/,
    )
    expect(error.cause).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  it('says so where the listener is a plain one', async () => {
    const error = await failure(open(await Peer.start(), { net: { tls: true } }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toMatch(/is it a TLS listener|is this a TLS listener/)
  })
})
