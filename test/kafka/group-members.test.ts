import { expect, it } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { cooperativeSticky, range, roundRobin } from '../../src/index.ts'
import { newMember, until, write } from '../support/group-member.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { joinByKafkaJs } from './support/kafkajs.ts'

needsKafka()

const six = async () => newTopic(newKafka(), { partitions: 6 })

it('shares out with kafkajs by round robin, and one goes on where the other has committed', async ctx => {
  const topic = await six()
  const group = `group-of-${topic}`
  const first = await write(topic, 12, 'first')
  // kafkajs has a name of its own for it.
  const options = { group: { rebalance: { strategies: [{ ...roundRobin(), name: 'RoundRobinAssigner' }] } } }
  const mine = newMember(group, topic, options)
  await until(() => mine.progress.read.length >= 12)
  const joined = await orReason(() => joinByKafkaJs(group, topic))
  const kafkajs = joined.ok ? joined.value : ctx.skip(joined.reason)
  await until(() => kafkajs.partitions.length === 3)
  await until(() => mine.mine().length === 3)
  expect([[0, 2, 4].join(), [1, 3, 5].join()]).toContain(mine.mine().join())
  expect([...mine.mine(), ...kafkajs.partitions].sort()).toEqual([0, 1, 2, 3, 4, 5])

  // samsa leaves: what it has committed is where kafkajs goes on.
  const second = await write(topic, 12, 'second')
  await until(() => mine.progress.read.length >= 18)
  await mine.group.close()
  await mine.ended
  await until(() => kafkajs.partitions.length === 6)
  const third = await write(topic, 12, 'third')
  await until(() => kafkajs.read.length >= 18)
  expect([...mine.progress.read, ...kafkajs.read].sort()).toEqual([...first, ...second, ...third].sort())

  // And the other way round.
  await kafkajs.leave()
  const fourth = await write(topic, 6, 'fourth')
  const again = newMember(group, topic)
  await until(() => again.progress.read.length >= 6)
  expect(again.progress.read.sort()).toEqual(fourth.sort())
})

it('a handler that throws ends the consuming: what was marked is committed, and the member has left', async () => {
  const kafka = newKafka()
  const topic = await six()
  const groupId = `group-of-${topic}`
  await kafka.producer().sendAll(['a', 'b', 'c'].map(value => ({ topic, partition: 0, value })))
  const consuming = kafka.consumerGroup(groupId, { offsets: { initial: 'oldest' } }).run([topic], {
    eachMessage({ value }) {
      if (`${value}` === 'c') throw new Error('not this one')
    },
  })
  await expect(consuming).rejects.toThrow('not this one')
  const [described] = await kafka.admin().describeGroups([groupId])
  expect(described).toMatchObject({ state: 'Empty', members: [] })
  const next = newMember(groupId, topic)
  await until(() => next.progress.read.length >= 1)
  expect(next.progress.read).toEqual(['0 c'])
})

it('a static member that is started anew within the session timeout causes no rebalance', async () => {
  const topic = await six()
  const group = `group-of-${topic}`
  const options = (instanceId: string) => ({ group: { instanceId } })
  const one = newMember(group, topic, options('one'))
  await until(() => one.mine().length === 6)
  const two = newMember(group, topic, options('two'))
  await until(() => two.mine().length === 3)
  await until(() => one.mine().length === 3)
  const described = async () => (await newKafka().admin().describeGroups([group]))[0]
  const before = two.mine()
  const { sessions } = one.progress
  await two.group.close()
  await two.ended
  expect(await described()).toMatchObject({ state: 'Stable' })
  await write(topic, 6, 'meanwhile')
  const again = newMember(group, topic, options('two'))
  await until(() => again.progress.read.length >= 3)
  await until(() => one.progress.read.length >= 3)
  expect(again.mine()).toEqual(before)
  expect(one.progress.sessions).toBe(sessions)
})

it('a group is taken from range to cooperative sticky, one member after the other, and reads on', async () => {
  const topic = await six()
  const group = `group-of-${topic}`
  const join = (...strategies: ReturnType<typeof range>[]) =>
    newMember(group, topic, { group: { rebalance: { strategies } } })
  const all: string[] = []
  const written: string[] = []
  let [left, right] = [join(range()), join(range())]
  const both = async () => {
    await until(() => left.mine().length === 3)
    await until(() => right.mine().length === 3)
    const more = await write(topic, 12, `${written.length}`)
    const read = () => [left, right].flatMap(({ progress }) => progress.read)
    await until(() => more.every(each => read().includes(each)))
    expect(left.progress.read.some(each => more.includes(each))).toBe(true)
    expect(right.progress.read.some(each => more.includes(each))).toBe(true)
    written.push(...more)
  }
  const restart = async (member: typeof left, ...strategies: ReturnType<typeof range>[]) => {
    await member.group.close()
    await member.ended
    all.push(...member.progress.read)
    return join(...strategies)
  }
  await both()
  // First all learn the new one beside the old one, then all forget the old one.
  left = await restart(left, cooperativeSticky(), range())
  right = await restart(right, cooperativeSticky(), range())
  await both()
  left = await restart(left, cooperativeSticky())
  right = await restart(right, cooperativeSticky())
  await both()
  await left.group.close()
  await right.group.close()
  expect([...all, ...left.progress.read, ...right.progress.read].sort()).toEqual(written.sort())
  const [described] = await newKafka().admin().describeGroups([group])
  expect(described).toMatchObject({ state: 'Empty' })
})

it('a topic that is deleted while it is consumed is given up, and the others are read on', async () => {
  const kafka = newKafka({ metadata: { refreshFrequencyMs: 300 } })
  const topics = [await six(), await six()] as const
  const read: string[] = []
  const group = kafka.consumerGroup(`group-of-${topics[0]}`, {
    offsets: { initial: 'oldest' },
    group: { heartbeatIntervalMs: 200 },
  })
  const consuming = group.consume([...topics], {
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        session.markMessage(message)
        read.push(`${message.partition} ${message.value}`)
      }
    },
  })
  await Promise.all(topics.map(topic => write(topic, 6, 'before')))
  await until(() => read.length >= 12)
  await kafka.admin().deleteTopics([topics[1]])
  await until(() => group.assignment.length === 1)
  expect(group.assignment).toEqual([{ topic: topics[0], partitions: [0, 1, 2, 3, 4, 5] }])
  await write(topics[0], 6, 'after')
  await until(() => read.length >= 18)
  await group.close()
  await consuming
})
