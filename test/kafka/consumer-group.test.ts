import { describe, expect, it } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import {
  type ConsumerGroup,
  type ConsumerGroupHandler,
  cooperativeSticky,
  type KafkaConfig,
  range,
  roundRobin,
  sticky,
} from '../../src/index.ts'
import { bootstrap, needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { JavaMember } from './support/java-member.ts'

needsKafka()

/** Something that may be waited for. */
class Progress {
  readonly read: string[] = []
  #wakes: (() => void)[] = []

  add(partition: number, value: string): void {
    this.read.push(`${partition} ${value}`)
    this.changed()
  }

  changed(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>(resolve => this.#wakes.push(resolve))
  }
}

/** A member that reads and marks everything, of a client of its own. */
function newMember(groupId: string, topic: string, options: KafkaConfig['consumer'] = {}) {
  const progress = new Progress()
  const group: ConsumerGroup = newKafka().consumerGroup(groupId, {
    ...options,
    offsets: { initial: 'oldest', ...options.offsets },
    group: { heartbeatIntervalMs: 200, ...options.group },
  })
  const handler: ConsumerGroupHandler = {
    setup: () => progress.changed(),
    async consumeClaim(session, claim) {
      progress.changed()
      for await (const message of claim) {
        session.markMessage(message)
        progress.add(message.partition, `${message.value}`)
      }
      progress.changed()
    },
  }
  const ended = group.consume([topic], handler)
  const mine = () => group.assignment.flatMap(({ partitions }) => partitions).sort((a, b) => a - b)
  return { group, progress, ended, mine }
}

async function write(topic: string, count: number, prefix: string): Promise<string[]> {
  const messages = Array.from({ length: count }, (_, i) => ({ topic, partition: i % 6, value: `${prefix}-${i}` }))
  await newKafka().producer().sendAll(messages)
  return messages.map(({ partition, value }) => `${partition} ${value}`)
}

it('members share a topic, and read every message once through joins and leaves that let them finish', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka, { partitions: 6 })
  const groupId = `group-of-${topic}`
  const first = newMember(groupId, topic)
  const before = await write(topic, 60, 'before')
  await first.progress.until(() => first.progress.read.length === 60)
  const second = newMember(groupId, topic)
  await second.progress.until(() => second.mine().length === 3)
  const during = await write(topic, 60, 'during')
  const all = () => [...first.progress.read, ...second.progress.read]
  await Promise.race([first, second].map(({ progress }) => progress.until(() => all().length === 120)))
  await second.group.close()
  await second.ended
  await first.progress.until(() => first.mine().length === 6)
  const after = await write(topic, 60, 'after')
  await first.progress.until(() => all().length === 180)
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

const strategies = [
  ['RangeAssignor', range()],
  ['RoundRobinAssignor', roundRobin()],
  ['StickyAssignor', sticky()],
  ['CooperativeStickyAssignor', cooperativeSticky()],
] as const

describe('a group of a samsa member and one of Java', () => {
  it.for(strategies)(
    'shares out by %s, and one goes on where the other has committed',
    async ([name, strategy], ctx) => {
      const kafka = newKafka()
      const topic = await newTopic(kafka, { partitions: 6 })
      const group = `group-of-${topic}`
      const written = await write(topic, 60, 'first')
      const options = { group: { rebalance: { strategies: [strategy] } } }
      const mine = newMember(group, topic, options)
      await mine.progress.until(() => mine.progress.read.length === 60)
      const assignor = `org.apache.kafka.clients.consumer.${name}`
      const started = await orReason(() =>
        JavaMember.start({ bootstrap: bootstrap().join(','), group, topic, assignor }),
      )
      const java = started.ok ? started.value : ctx.skip(started.reason)

      // Until each has three, which a cooperative strategy needs two rebalances for.
      await java.said(line => /^assigned( \d){3}$/.test(line))
      await mine.progress.until(() => mine.mine().length === 3)
      const theirs = java.assignment!.split(' ').slice(1).map(Number)
      expect([...mine.mine(), ...theirs].sort()).toEqual([0, 1, 2, 3, 4, 5])

      const more = await write(topic, 60, 'second')
      const read = () => java.lines.filter(line => line.startsWith('read')).map(line => line.slice(5))
      const ofJava = more.filter(line => theirs.includes(Number(line.split(' ')[0])))
      await java.said((_, lines) => lines.filter(line => line.startsWith('read')).length >= ofJava.length)
      expect(read().sort()).toEqual(ofJava.sort())
      await mine.progress.until(() => mine.progress.read.length >= 60 + 30)

      // Java leaves: what it has committed is where samsa goes on, and the other way round.
      await java.leave()
      await mine.progress.until(() => mine.mine().length === 6)
      const last = await write(topic, 6, 'third')
      await mine.progress.until(() => mine.progress.read.length >= 60 + 30 + 6)
      await mine.group.close()
      await mine.ended
      expect([...mine.progress.read, ...read()].sort()).toEqual([...written, ...more, ...last].sort())

      const after = await write(topic, 6, 'fourth')
      const again = await JavaMember.start({ bootstrap: bootstrap().join(','), group, topic, assignor })
      await again.said((_, lines) => lines.filter(line => line.startsWith('read')).length >= 6)
      expect(
        again.lines
          .filter(line => line.startsWith('read'))
          .map(line => line.slice(5))
          .sort(),
      ).toEqual(after.sort())
    },
  )
})
