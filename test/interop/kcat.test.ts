import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { KafkaUnavailableError } from '../../scripts/kafka/unavailable.ts'
import { Kafka } from '../../src/index.ts'
import type { MockCluster } from '../../src/testing.ts'
import { committed, eventually, mockCluster, orSkip } from './support/mock.ts'

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

/** Starts kcat, which runs until it is killed, at the latest when the test ends. */
function running(brokers: readonly string[], args: readonly string[]) {
  const child = spawn('kcat', ['-b', brokers.join(','), ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

beforeEach(async context => {
  await orSkip(context, () => kcat(['localhost:1'], ['-V']))
})

const GROUP = 'billing'
const values = Array.from({ length: 40 }, (_, i) => `value-${i}`)

/** How a member of the group reads. */
function membership(...settings: string[]): string[] {
  const options = ['auto.offset.reset=earliest', 'heartbeat.interval.ms=50', ...settings].flatMap(each => ['-X', each])
  return ['-q', ...options, '-G', GROUP, 'orders']
}

/** Joins the group and reads so many messages, then leaves it. */
function member(cluster: MockCluster, count: number, ...settings: string[]): Promise<string[]> {
  const args = ['-c', String(count), ...membership(...settings)]
  return kcat(cluster.brokers, args).then(output => output.trim().split('\n').sort())
}

/** Joins the group and reads until it is told to leave it. */
function lastingMember(cluster: MockCluster) {
  const child = running(cluster.brokers, ['-u', ...membership()])
  const ended = once(child, 'close')
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  return {
    read: () => output.split('\n').slice(0, -1).sort(),
    leave: () => {
      child.kill()
      return ended
    },
  }
}

/** Lets the group begin at the start of each partition. */
async function commitStart(cluster: MockCluster, partitions: number): Promise<void> {
  await using kafka = new Kafka({ brokers: cluster.brokers })
  const offsets = Array.from({ length: partitions }, (_, partition) => ({ topic: 'orders', partition, offset: 0n }))
  const [outcome] = await kafka.admin().alterGroupOffsets([{ groupId: GROUP, offsets }])
  expect(outcome).not.toHaveProperty('error')
}

describe('a group of kcat', () => {
  it.each(['range', 'roundrobin', 'cooperative-sticky'])('with %s goes on where it was', async assignor => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 4 } } })
    cluster.produce('orders', values)
    const strategy = `partition.assignment.strategy=${assignor}`
    expect(await member(cluster, 40, strategy)).toEqual([...values].sort())
    await eventually(() =>
      expect(cluster.groups()).toMatchObject([{ groupId: GROUP, state: 'Empty', protocolType: 'consumer' }]),
    )
    expect([...committed(cluster, GROUP, 'orders').values()].reduce((sum, offset) => sum + offset, 0n)).toBe(40n)
    cluster.produce('orders', ['later'])
    expect(await member(cluster, 1, strategy)).toEqual(['later'])
  })

  it('shares the partitions between two members', async () => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 4 } } })
    // librdkafka 2.0 that has to ask where a partition starts, and loses it to another member before that is answered, reads
    // it from there all the same once it gets it back.
    await commitStart(cluster, 4)
    const members = [lastingMember(cluster), lastingMember(cluster)]
    const assigned = () =>
      cluster.groups()[0]!.members.map(({ assignment }) => assignment.flatMap(({ partitions }) => partitions))
    await eventually(() => {
      expect(cluster.groups()).toMatchObject([{ state: 'Stable', members: [{}, {}] }])
      expect(assigned().map(({ length }) => length)).toEqual([2, 2])
    })
    const ofPartition = (partition: number) => values.slice(partition * 10, partition * 10 + 10)
    cluster.produce(
      'orders',
      [0, 1, 2, 3].flatMap(partition => ofPartition(partition).map(value => ({ value, partition }))),
    )
    // Nobody leaves before all is read: what one has read and not committed yet, the other would read again.
    const halves = assigned().map(partitions => partitions.flatMap(ofPartition).sort())
    await eventually(() => expect(members.map(({ read }) => read()).sort()).toEqual(halves.sort()))
    await Promise.all(members.map(({ leave }) => leave()))
    await eventually(() => expect(cluster.groups()).toMatchObject([{ state: 'Empty', members: [] }]))
    expect([...committed(cluster, GROUP, 'orders')].sort()).toEqual([0, 1, 2, 3].map(partition => [partition, 10n]))
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
    running(cluster.brokers, ['-L', '-m', '60', ...settings('wrong')])
    // SCRAM takes two of them: with the third it tries again.
    await eventually(() => expect(cluster.requests('SaslAuthenticate').length).toBeGreaterThan(2))
    expect(cluster.requests('Metadata')).toEqual([])
  })
})
