import { expect, it, vi } from 'vitest'
import { newMember, until, write } from '../support/group-member.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { FAULT_MS } from './support/faults.ts'
import { ownCluster } from './support/own.ts'
import { startProgram } from './support/program.ts'
import { quickToNotice, quiet } from './support/restarts.ts'

needsKafka()

const config = {
  ...quickToNotice,
  'offsets.topic.replication.factor': '3',
  'offsets.topic.num.partitions': '3',
  'group.min.session.timeout.ms': '1000',
}
const cluster = ownCluster({ brokers: 3, config })

it('a member that is frozen past its session timeout is refused to commit, and joins again', {
  timeout: FAULT_MS,
}, async () => {
  const kafka = newKafka({ brokers: cluster().bootstrap, logger: quiet })
  const topic = await newTopic(kafka, { partitions: 6 })
  const group = `group-of-${topic}`
  const send = (...values: string[]) => kafka.producer().sendAll(values.map(value => ({ topic, partition: 0, value })))
  const committed = async () => (await kafka.admin().listGroupOffsets([group]))[0]!.offsets![0]?.offset
  const { lines, ...frozen } = startProgram('group-member', [cluster().bootstrap.join(), group, topic, '1500'])
  const has = (line: string | RegExp) => until(() => lines.some(each => each.search(line) === 0), FAULT_MS)
  await send('first')
  await has('committed')
  await send('hold')
  await has('read 0 hold')
  frozen.freeze()

  // What it has not committed is read again, by who takes its place.
  const other = newMember(group, topic, {}, kafka)
  await until(() => other.mine().length === 6, FAULT_MS)
  await send('third')
  await until(() => other.progress.read.length === 2, FAULT_MS)
  expect(other.progress.read).toEqual(['0 hold', '0 third'])
  await vi.waitFor(async () => expect(await committed()).toBe(3n), { timeout: FAULT_MS })

  frozen.tell('go on')
  frozen.thaw()
  await has(/refused (UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION)/)
  await has('lost')
  const before = lines.length
  await until(() => other.mine().length === 3, FAULT_MS)
  await until(() => lines.slice(before - 1).some(each => /^assigned( |,|\d){5,}$/.test(each)), FAULT_MS)
  expect(await committed()).toBe(3n)
  await other.group.close()
  await other.ended
})

it('members go on when the broker of their coordinator is killed, and what they mark is committed', {
  timeout: FAULT_MS,
}, async () => {
  const kafka = () => newKafka({ brokers: cluster().bootstrap, logger: quiet })
  const writer = kafka()
  const assignments = Array.from({ length: 6 }, (_, i) => [1, 2, 3].map(n => ((i + n) % 3) + 1))
  const topic = await newTopic(writer, { replicaAssignment: assignments, partitions: undefined })
  const group = `group-of-${topic}`
  const members = [newMember(group, topic, {}, kafka()), newMember(group, topic, {}, kafka())] as const
  const read = () => members.flatMap(({ progress }) => progress.read)
  const reaches = (values: readonly string[]) => until(() => values.every(value => read().includes(value)), FAULT_MS)
  for (const each of members) await until(() => each.mine().length === 3, FAULT_MS)
  const before = await write(topic, 60, 'before', writer)
  await reaches(before)
  const [described] = await writer.admin().describeGroups([group])
  const coordinator = cluster().broker(described!.coordinator!)
  await coordinator.kill()
  const after = await write(topic, 60, 'after', writer)
  await reaches(after)
  await Promise.all(members.map(({ group }) => group.close()))
  await Promise.all(members.map(({ ended }) => ended))
  await coordinator.start()

  const [listed] = await writer.admin().listGroupOffsets([group])
  expect(listed!.offsets!.map(({ partition, offset }) => [partition, offset]).sort()).toEqual(
    [0, 1, 2, 3, 4, 5].map(partition => [partition, 20n]),
  )
})
