import { describe, expect, it } from 'vitest'
import { BrokerError } from '../../../src/errors/broker-error.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { type Asked, offered, Peer } from '../../support/peer.ts'
import { closed, failure, open } from './support.ts'

const { Metadata, Produce } = apis
const UNSUPPORTED_VERSION = 35
const METADATA_UP_TO_5 = { Metadata: { min: 1, max: 5 } }

/** A broker that knows ApiVersions up to a version, and answers others in version 0, with this list. */
async function olderBroker(knows: number, list: ReturnType<typeof offered>) {
  const versions: number[] = []
  const peer = await Peer.start({
    script: {
      ApiVersions: asked => {
        versions.push(asked.version)
        if (asked.version <= knows) return { errorCode: 0, apiKeys: offered(METADATA_UP_TO_5) }
        inVersion0(asked).answer('ApiVersions', { errorCode: UNSUPPORTED_VERSION, apiKeys: list })
        return undefined
      },
    },
  })
  return { peer, versions }
}

/** The same request, as it is answered by a broker that does not know its version. */
function inVersion0(asked: Asked): Asked {
  return Object.assign(Object.create(asked) as Asked, { version: 0 })
}

describe('the first request of a connection', () => {
  it('tells who asks, and learns what the broker can do', async () => {
    const asked: Asked[] = []
    const peer = await Peer.start({
      script: {
        ApiVersions: request => {
          asked.push(request)
          return { errorCode: 0, apiKeys: offered(METADATA_UP_TO_5) }
        },
      },
    })
    const connection = await open(peer)
    expect(asked.map(({ version, clientId }) => [version, clientId])).toEqual([[apis.ApiVersions.stable, 'samsa']])
    expect(asked[0]!.body('ApiVersions')).toEqual({
      clientSoftwareName: 'samsa',
      clientSoftwareVersion: expect.stringMatching(/^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/),
    })
    expect(connection.versionOf(Metadata)).toBe(5)
  })

  it.each([
    ['with the versions that it knows', 3, offered({ ApiVersions: { min: 0, max: 3 } }), [4, 3]],
    ['with an empty list', 2, [], [4, 0]],
    ['with a list that lacks ApiVersions', 0, offered().filter(({ apiKey }) => apiKey !== 18), [4, 0]],
    ['with a list that claims what it refused', 3, offered({ ApiVersions: { min: 0, max: 4 } }), [4, 3]],
  ])('is repeated for a broker that refuses its version %s', async (_, knows, list, expected) => {
    const { peer, versions } = await olderBroker(knows, list)
    const connection = await open(peer)
    expect(versions).toEqual(expected)
    expect(connection.versionOf(Metadata)).toBe(5)
    expect(() => connection.versionOf(Produce)).not.toThrow()
  })

  it('fails where the broker refuses every version', async () => {
    const { peer, versions } = await olderBroker(-1, [])
    const error = await failure(open(peer))
    expect(error).toBeInstanceOf(BrokerError)
    expect(error).toMatchObject({ brokerName: 'UNSUPPORTED_VERSION' })
    expect(versions).toEqual([4, 0])
  })

  it("fails with any other error of the broker's, and closes", async () => {
    const peer = await Peer.start({ script: { ApiVersions: () => ({ errorCode: 42, apiKeys: [] }) } })
    const error = await failure(open(peer))
    expect(error).toMatchObject({ brokerName: 'INVALID_REQUEST', message: expect.stringContaining('ApiVersions') })
    await closed(await peer.socket())
  })
})
