import { describe, expect, it } from 'vitest'
import { ConfigurationError, MockCluster } from '../../../src/testing.ts'
import { RawClient, startCluster } from './support.ts'

/** What is wrong with these arguments is wrong with their types too. */
type Loose = { readonly [K in keyof MockCluster]: (...args: unknown[]) => unknown }

const cluster = () => startCluster({ brokers: 2, topics: { a: { partitions: 2 } } })

describe.each<[string, (cluster: Loose) => unknown, string]>([
  ['advertise', c => c.advertise({ Nope: null }), 'versions.Nope: there is no such API as "Nope"'],
  [
    'advertise',
    c => c.advertise({ Fetch: { min: 1.5, max: 4 } }),
    'versions.Fetch: must be null or { min, max } from 0',
  ],
  ['advertise', c => c.advertise({ Fetch: { min: 5, max: 4 } }), 'versions.Fetch: must be null or { min, max }'],
  ['advertise', c => c.advertise(), 'versions: must be an object with ranges of versions by API, not undefined'],
  ['requests', c => c.requests('Nope'), 'api: there is no such API as "Nope"'],
  ['requests', c => c.requests('Fetch', { broker: 3 }), 'filter.broker: must be one of 1, 2, not 3'],
  ['requests', c => c.requests('Fetch', { client: 'x' }), 'filter.client: there is no such field'],
  ['nextRequest', c => c.nextRequest('Nope'), 'api: there is no such API as "Nope"'],
  ['nextRequest', c => c.nextRequest('Fetch', { clientId: 1 }), 'filter.clientId: must be a string, not 1'],
  ['hang', c => c.hang({ broker: 0 }), 'where.broker: must be one of 1, 2, not 0'],
  ['delay', c => c.delay(1, { broker: '1' }), 'where.broker: must be one of 1, 2, not "1"'],
  ['throttle', c => c.throttle(1, { partition: -1 }), 'where.partition: must be a whole number from 0 on, not -1'],
  ['cutAnswers', c => c.cutAnswers({ topic: 7 }), 'where.topic: must be a string, not 7'],
  ['disconnect', c => c.disconnect('before-answer', { clientId: null }), 'where.clientId: must be a string, not null'],
  ['fail', c => c.fail('NOT_COORDINATOR', {}), 'where.api: must be given'],
  ['fail', c => c.fail('NOT_COORDINATOR'), 'where.api: must be given'],
  ['fail', c => c.fail('NOT_COORDINATOR', { api: ['Fetch'] }), 'where.api: must be given: one API'],
  ['on', c => c.on('Fetch', 'hang'), 'handler: must be a function, not "hang"'],
  ['on', c => c.on('Nope', () => 'hang'), 'there is no such API as "Nope"'],
  ['stopBroker', c => c.stopBroker(9), 'broker: must be one of 1, 2, not 9'],
  ['stopBroker', c => c.stopBroker(1, { noticed: false }), 'options.noticed: there is no such field'],
  ['moveLeader', c => c.moveLeader('b', 0, 1), 'topic: there is no topic "b"; there are a'],
  ['moveLeader', c => c.moveLeader('a', 2, 1), 'partition: must be 0 to 1, the partitions of a, not 2'],
  ['moveLeader', c => c.moveLeader('a', 0, 9), 'broker: broker 9 cannot lead a-0; only 1, 2 can'],
  ['moveCoordinator', c => c.moveCoordinator('group', 'g', 9), 'broker: must be one of 1, 2, not 9'],
  ['moveCoordinator', c => c.moveCoordinator('groups', 'g', 1), 'type: must be "group", "transaction", not "groups"'],
  ['removeCoordinator', c => c.removeCoordinator('group'), 'key: must be a string, not undefined'],
  ['truncate', c => c.truncate('b', 0, 0n), 'topic: there is no topic "b"'],
  ['truncate', c => c.truncate('a', 0, 5), 'offset: must be a bigint from 0n on, not 5'],
  ['produce', c => c.produce('b', ['x']), 'topic: there is no topic "b"'],
  ['produce', c => c.produce('a', 'x' as never), 'messages: must be a list, not "x"'],
  ['produce', c => c.produce('a', ['x'], { compresion: 'gzip' }), 'options.compresion: there is no such field'],
  ['produce', c => c.produce('a', ['x'], { compression: 'zip' }), 'zip'],
  [
    'produce',
    c => c.produce('a', ['x'], { transaction: 'end' }),
    'options.transaction: must be "commit", "abort", "open"',
  ],
  ['createTopic', c => c.createTopic('b', { partition: 3 }), 'options.partition: there is no such field'],
  ['createTopic', c => c.createTopic(7), 'Topic name is invalid: it must be a string, not 7'],
  ['createTopic', c => c.createTopic('b', { partitions: 1.5 }), 'Number of partitions must be a whole number, not 1.5'],
  ['createTopic', c => c.createTopic('b', { partitions: '3' }), 'Number of partitions must be a whole number, not "3"'],
  ['createTopic', c => c.createTopic('b', { partitions: 0 }), 'Number of partitions must be larger than 0'],
  ['createTopic', c => c.createTopic('b', { partitions: 1e7 }), 'has room for 100000 partitions: 2 are there'],
  [
    'createTopic',
    c => c.createTopic('b', { replicationFactor: 1.5 }),
    'Replication factor must be a whole number, not 1.5',
  ],
  ['deleteTopic', c => c.deleteTopic('b'), 'topic: there is no topic "b"'],
])('%s(…), called wrongly,', (_, call, problem) => {
  it(`says: ${problem}`, async () => {
    const called = await cluster()
    const callWrongly = () => call(called as unknown as Loose)
    expect(callWrongly).toThrow(ConfigurationError)
    expect(callWrongly).toThrow(problem)
    expect(called.log('a', 0).endOffset).toBe(0n)
    const client = await RawClient.connect(called)
    expect(await client.produce(['x'])).toMatchObject({ errorCode: 0 })
  })
})

it.each<[unknown, string]>([
  [1.5, 'Number of partitions must be a whole number, not 1.5'],
  ['3', 'Number of partitions must be a whole number, not "3"'],
  [10_000_000, 'has room for 100000 partitions'],
])('a cluster does not start with a topic of %j partitions', async (partitions, problem) => {
  const starting = MockCluster.start({ topics: { b: { partitions: partitions as number } } })
  await expect(starting).rejects.toThrow(ConfigurationError)
  await expect(starting).rejects.toThrow(problem)
})
