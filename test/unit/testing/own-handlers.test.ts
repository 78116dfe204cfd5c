import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { MockCluster } from '../../../src/testing.ts'
import { RawClient, startCluster } from './support.ts'

const DESCRIBE_ACLS = 29

describe("a test's own handler that fails", () => {
  let warnings: MockInstance<typeof process.emitWarning>
  beforeEach(() => {
    warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  })
  afterEach(() => warnings.mockRestore())

  it.each([
    [
      'throws',
      (error: Error) => () => {
        throw error
      },
    ],
    ['rejects', (error: Error) => () => Promise.reject(error)],
  ])('as it %s closes the connection, and stop() throws the error, once', async (_, handler) => {
    const cluster = await MockCluster.start()
    const client = await RawClient.connect(cluster)
    const error = new Error('no idea')
    cluster.on('DescribeCluster', handler(error))
    client.send('DescribeCluster', {})
    await client.closed
    expect(warnings).toHaveBeenCalledWith('DescribeCluster v2 was not answered: no idea', {
      type: 'MockClusterWarning',
    })
    await expect(cluster.stop()).rejects.toBe(error)
    await expect(cluster.stop()).resolves.toBeUndefined()
  })

  it('makes the end of a block throw', async () => {
    const error = new Error('no idea')
    const block = async () => {
      await using cluster = await MockCluster.start()
      const client = await RawClient.connect(cluster)
      cluster.on('DescribeCluster', () => Promise.reject(error))
      client.send('DescribeCluster', {})
      await client.closed
    }
    await expect(block()).rejects.toBe(error)
  })

  it('as its answer cannot be written, or as it leaves to the brokers what they do not have, is told in the same way', async () => {
    const cluster = await MockCluster.start()
    cluster.on('DescribeCluster', () => ({ brokers: 7 }) as never)
    const client = await RawClient.connect(cluster)
    client.send('DescribeCluster', {})
    await client.closed
    await expect(cluster.stop()).rejects.toThrow('brokers')
    const other = await MockCluster.start()
    other.on('DescribeAcls', () => undefined)
    const asking = await RawClient.connect(other)
    asking.send('DescribeAcls', {})
    await asking.closed
    await expect(other.stop()).rejects.toThrow('the brokers do not have DescribeAcls')
  })

  it('is not what a client that sends nonsense is taken for', async () => {
    const cluster = await startCluster()
    cluster.delay(0)
    const client = await RawClient.connect(cluster)
    client.sendFrame(Buffer.from('nonsense, nothing but nonsense'))
    await client.closed
    await expect(cluster.stop()).resolves.toBeUndefined()
    expect(warnings).not.toHaveBeenCalled()
  })
})

it("an API that only a test's handlers answer is offered until the last of them is undone", async () => {
  const cluster = await startCluster()
  const client = await RawClient.connect(cluster)
  const isOffered = async () =>
    (await client.ask('ApiVersions', {})).apiKeys.some(({ apiKey }) => apiKey === DESCRIBE_ACLS)
  const answer = () => ({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, resources: [] })
  const [first, second] = [cluster.on('DescribeAcls', answer), cluster.on('DescribeAcls', answer)]
  await first.undo()
  expect(await isOffered()).toBe(true)
  await second.undo()
  expect(await isOffered()).toBe(false)
  const fetching = cluster.on('Fetch', () => 'close')
  await fetching.undo()
  expect(await client.ask('Fetch', {})).toMatchObject({ errorCode: 0 })
})

describe('nextRequest', () => {
  it('rejects when the cluster is stopped before one comes, and ever after', async () => {
    const cluster = await startCluster()
    const next = cluster.nextRequest('Fetch')
    await cluster.stop()
    const stopped = { code: 'CLOSED', message: 'the cluster was stopped before such a request came' }
    await expect(next).rejects.toMatchObject(stopped)
    await expect(cluster.nextRequest('Fetch')).rejects.toMatchObject(stopped)
  })

  it('bothers nobody who has not waited for it', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const cluster = await startCluster()
    void cluster.nextRequest('Fetch')
    await cluster.stop()
    await new Promise(resolve => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
