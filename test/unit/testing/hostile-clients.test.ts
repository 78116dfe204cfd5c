import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { batchOf, RawClient, startCluster } from './support.ts'

describe('a client that does not keep to the protocol', () => {
  const lengthOf = (length: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(length)
    return bytes
  }
  const frame = (...bytes: number[]): Buffer => Buffer.concat([lengthOf(bytes.length), Buffer.from(bytes)])

  it.each([
    ['something else', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a huge length', lengthOf(2 ** 31 - 1)],
    ['a negative length', lengthOf(-5)],
    ['no header', frame(0, 3, 0, 1)],
    ['an API that there is not', frame(0x7f, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff)],
    ['a version that there is not', frame(0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff)],
    ['a client id that is longer than the frame', frame(0, 3, 0, 1, 0, 0, 0, 1, 0x7f, 0xff)],
    ['a body that is cut off', frame(0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 5)],
    ['a list that is longer than the frame', frame(0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff)],
    ['too many bytes', frame(0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 1, 2, 3)],
  ])('is disconnected when it sends %s, and the others notice nothing', async (_, bytes) => {
    const cluster = await startCluster()
    const good = await RawClient.connect(cluster)
    const bad = await RawClient.connect(cluster)
    bad.socket.write(bytes)
    await bad.closed
    expect(await good.ask('ApiVersions', {})).toMatchObject({ errorCode: 0 })
  })

  it('may leave in the middle of a request', async () => {
    const cluster = await startCluster({ topics: { a: {} } })
    const bad = await RawClient.connect(cluster)
    bad.socket.end(Buffer.concat([lengthOf(1000), Buffer.alloc(500)]))
    await bad.closed
    const good = await RawClient.connect(cluster)
    expect(await good.produce(['x'])).toMatchObject({ errorCode: 0 })
  })
})

describe('a connection', () => {
  it('has its requests answered in the order in which they came, whatever they wait for', async () => {
    const cluster = await startCluster({ topics: { a: {} } })
    const client = await RawClient.connect(cluster)
    const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }]
    client.send('Fetch', { maxWaitMs: 1 << 30, minBytes: 1, topics: [{ topic: 'a', partitions }] }, 12)
    client.send('ApiVersions', {})
    await cluster.nextRequest('Fetch')
    expect(cluster.requests('ApiVersions')).toEqual([])
    const other = await RawClient.connect(cluster)
    await other.produce(batchOf(['x']))
    expect(await client.answer('Fetch', 12)).toMatchObject({ errorCode: 0 })
    expect(await client.answer('ApiVersions')).toMatchObject({ errorCode: 0 })
  })

  it('serves many requests that come at once', async () => {
    const client = await RawClient.connect(await startCluster())
    for (let i = 0; i < 1000; i++) client.send('ApiVersions', {})
    for (let i = 0; i < 1000; i++) expect((await client.frame())!.readInt32BE(0)).toBe(i + 1)
  })
})

describe('a cluster that nobody stops', () => {
  it('does not keep the process alive', async () => {
    const entry = fileURLToPath(new URL('../../../src/testing.ts', import.meta.url))
    const program = `
      const { MockCluster } = await import(${JSON.stringify(entry)})
      const { connect } = await import('node:net')
      const cluster = await MockCluster.start({ brokers: 3, topics: { a: {} } })
      const [host, port] = cluster.brokers[0].split(':')
      connect(port, host).unref()
      cluster.hang()
      console.log('started')`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program],
      { timeout: 30_000 },
    )
    expect(stdout).toBe('started\n')
  })
})
