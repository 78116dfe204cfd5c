import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { RawClient, startCluster } from './support.ts'

type Name = keyof typeof apis

/** What some APIs do not take as empty. */
const bodies: Partial<Record<Name, object>> = {
  Produce: { acks: 1 },
  InitProducerId: { transactionTimeoutMs: 1000 },
}

describe('every API that the brokers offer', () => {
  it('is answered in every version, so that its own codec can read it', async () => {
    const cluster = await startCluster({ topics: { a: {} } })
    const client = await RawClient.connect(cluster)
    const { apiKeys } = await client.ask('ApiVersions', {})
    expect(apiKeys.length).toBeGreaterThan(30)
    for (const { apiKey, minVersion, maxVersion } of apiKeys) {
      const { name } = Object.values(apis).find(({ key }) => key === apiKey)!
      // Brokers claim to know versions of Produce that they do not.
      const first = Math.max(minVersion, apis[name as Name].versions.min)
      for (let version = first; version <= maxVersion; version++) {
        // Those that end the connection when they come at the wrong time have one of their own.
        const asking = name.startsWith('Sasl') ? await RawClient.connect(cluster) : client
        await expect(asking.ask(name as Name, bodies[name as Name] ?? {}, version)).resolves.toBeDefined()
      }
    }
  })

  it('says in version 0 what it knows of ApiVersions when it is asked in a newer version', async () => {
    const client = await RawClient.connect(await startCluster())
    const header = Buffer.alloc(11)
    header.writeInt16BE(18, 0)
    header.writeInt16BE(99, 2)
    header.writeInt32BE(7, 4)
    client.sendFrame(Buffer.concat([header, Buffer.from('whatever it may be')]))
    const answer = await client.answer('ApiVersions', 0)
    expect(answer).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] })
    expect(await client.ask('ApiVersions', {})).toMatchObject({ errorCode: 0 })
  })

  it('offers less where a test wants so, and closes the connection when that is asked for all the same', async () => {
    const cluster = await startCluster({ apiVersions: { Fetch: { min: 4, max: 11 }, EndTxn: null } })
    const client = await RawClient.connect(cluster)
    const { apiKeys } = await client.ask('ApiVersions', {})
    expect(apiKeys.find(({ apiKey }) => apiKey === apis.Fetch.key)).toMatchObject({ minVersion: 4, maxVersion: 11 })
    expect(apiKeys.find(({ apiKey }) => apiKey === apis.EndTxn.key)).toBeUndefined()
    expect(await client.ask('Fetch', {}, 11)).toMatchObject({ errorCode: 0 })
    client.send('Fetch', {}, 12)
    await client.closed
  })
})
