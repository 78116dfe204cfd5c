import { expect, it } from 'vitest'
import { newMember, until, write } from '../support/group-member.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { FAULT_MS } from './support/faults.ts'
import { ownCluster } from './support/own.ts'
import { quickToNotice, quiet } from './support/restarts.ts'

needsKafka()

const config = { ...quickToNotice, 'offsets.topic.replication.factor': '3', 'offsets.topic.num.partitions': '3' }
const cluster = ownCluster({ brokers: 3, config })

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
