import { expect, it } from 'vitest'
import { newMember, until, write } from '../support/group-member.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

it('members share a topic, and read every message once through joins and leaves that let them finish', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka, { partitions: 6 })
  const groupId = `group-of-${topic}`
  const first = newMember(groupId, topic)
  const before = await write(topic, 60, 'before')
  await until(() => first.progress.read.length >= 60)
  const second = newMember(groupId, topic)
  await until(() => second.mine().length === 3)
  const during = await write(topic, 60, 'during')
  const all = () => [...first.progress.read, ...second.progress.read]
  await until(() => all().length >= 120)
  await second.group.close()
  await second.ended
  await until(() => first.mine().length === 6)
  const after = await write(topic, 60, 'after')
  await until(() => all().length >= 180)
  await first.group.close()
  await first.ended
  expect(all().sort()).toEqual([...before, ...during, ...after].sort())
  const offsets = await newKafka()
    .consumerGroup(groupId)
    .consume([topic], {
      async consumeClaim(_, claim) {
        expect(claim.initialOffset).toBe(30n)
      },
    })
  expect(offsets).toBeUndefined()
})
