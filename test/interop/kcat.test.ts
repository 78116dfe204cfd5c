import { execFile } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { KafkaUnavailableError } from '../../scripts/kafka/unavailable.ts'
import type { MockCluster } from '../../src/testing.ts'
import { committed, mockCluster, orSkip } from './support/mock.ts'

/** Runs kcat, librdkafka's command line tool, and gives what it prints. */
function kcat(brokers: readonly string[], args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('kcat', ['-b', brokers.join(','), ...args], (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (error.code === 'ENOENT') reject(new KafkaUnavailableError('kcat is not installed'))
      else reject(new Error(`kcat ${args.join(' ')} failed: ${stderr || error.message}`))
    })
    child.stdin?.on('error', () => {}) // it may end before it has read everything; how it ended says why
    child.stdin?.end(input)
  })
}

beforeEach(async context => {
  await orSkip(context, () => kcat(['localhost:1'], ['-V']))
})

const GROUP = 'billing'
const values = Array.from({ length: 40 }, (_, i) => `value-${i}`)

/** Joins the group and reads so many messages, then leaves it. */
function member(cluster: MockCluster, count: number, ...settings: string[]): Promise<string[]> {
  const options = ['auto.offset.reset=earliest', 'heartbeat.interval.ms=50', ...settings].flatMap(each => ['-X', each])
  const args = ['-q', ...options, '-c', String(count), '-G', GROUP, 'orders']
  return kcat(cluster.brokers, args).then(output => output.trim().split('\n').sort())
}

describe('a group of kcat', () => {
  it.each(['range', 'roundrobin', 'cooperative-sticky'])('with %s goes on where it was', async assignor => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 4 } } })
    cluster.produce('orders', values)
    const strategy = `partition.assignment.strategy=${assignor}`
    expect(await member(cluster, 40, strategy)).toEqual([...values].sort())
    expect(cluster.groups()).toMatchObject([{ groupId: GROUP, state: 'Empty', protocolType: 'consumer' }])
    expect([...committed(cluster, GROUP, 'orders').values()].reduce((sum, offset) => sum + offset, 0n)).toBe(40n)
    cluster.produce('orders', ['later'])
    expect(await member(cluster, 1, strategy)).toEqual(['later'])
  })

  it('shares the partitions between two members', async () => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 4 } } })
    const first = member(cluster, 20)
    const second = member(cluster, 20)
    await expect
      .poll(() => cluster.groups()[0]?.members.map(({ assignment }) => assignment[0]?.partitions.length), {
        timeout: 20_000,
      })
      .toEqual([2, 2])
    const bothHalves = [0, 1, 2, 3].flatMap(partition =>
      values.slice(partition * 10, partition * 10 + 10).map(value => ({ value, partition })),
    )
    cluster.produce('orders', bothHalves)
    expect([...(await first), ...(await second)].sort()).toEqual([...values].sort())
  })

  it('takes its place again as a static member', async () => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 4 } } })
    cluster.produce('orders', values)
    await member(cluster, 40, 'group.instance.id=till-1')
    const [before] = cluster.groups()
    expect(before).toMatchObject({ state: 'Stable', members: [{ instanceId: 'till-1' }] })
    cluster.produce('orders', ['later'])
    expect(await member(cluster, 1, 'group.instance.id=till-1')).toEqual(['later'])
    expect(cluster.groups()[0]?.generationId).toBe(before?.generationId)
  })
})

it('kcat produces in transactions', async () => {
  const cluster = await mockCluster({ topics: { orders: {} } })
  for (const value of ['first', 'second']) {
    await kcat(cluster.brokers, ['-P', '-t', 'orders', '-X', 'transactional.id=till'], value)
  }
  const committedOnly = ['-C', '-q', '-e', '-t', 'orders', '-o', 'beginning', '-X', 'isolation.level=read_committed']
  expect((await kcat(cluster.brokers, committedOnly)).trim().split('\n')).toEqual(['first', 'second'])
})

describe.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('kcat, by %s,', mechanism => {
  const settings = (password: string) =>
    ['security.protocol=SASL_PLAINTEXT', `sasl.mechanism=${mechanism}`, 'sasl.username=alice']
      .concat(`sasl.password=${password}`)
      .flatMap(each => ['-X', each])

  it('is let in with the right password', async () => {
    const cluster = await mockCluster({ sasl: { users: { alice: 'wonder' } }, topics: { orders: {} } })
    await kcat(cluster.brokers, ['-P', '-t', 'orders', ...settings('wonder')], 'hello')
    expect(
      cluster
        .log('orders', 0)
        .messages()
        .map(({ value }) => String(value)),
    ).toEqual(['hello'])
  })

  it('is shut out with a wrong one', async () => {
    const cluster = await mockCluster({ sasl: { users: { alice: 'wonder' } } })
    await expect(kcat(cluster.brokers, ['-L', '-m', '2', ...settings('wrong')])).rejects.toThrow()
    expect(cluster.requests('SaslAuthenticate').length).toBeGreaterThan(0)
    expect(cluster.requests('Metadata')).toEqual([])
  })
})
