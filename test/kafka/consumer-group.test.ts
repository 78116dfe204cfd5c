import { describe, expect, it } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { cooperativeSticky, range, roundRobin, sticky } from '../../src/index.ts'
import { newMember, until, write } from '../support/group-member.ts'
import { bootstrap, needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { JavaMember } from './support/java-member.ts'

needsKafka()

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
      await until(() => mine.progress.read.length >= 60)
      const assignor = `org.apache.kafka.clients.consumer.${name}`
      const started = await orReason(() =>
        JavaMember.start({ bootstrap: bootstrap().join(','), group, topic, assignor }),
      )
      const java = started.ok ? started.value : ctx.skip(started.reason)

      // Until each has three, which a cooperative strategy needs two rebalances for.
      await java.said(line => /^assigned( \d){3}$/.test(line))
      await until(() => mine.mine().length === 3)
      const theirs = java.assignment!.split(' ').slice(1).map(Number)
      expect([...mine.mine(), ...theirs].sort()).toEqual([0, 1, 2, 3, 4, 5])

      const more = await write(topic, 60, 'second')
      const read = () => java.lines.filter(line => line.startsWith('read')).map(line => line.slice(5))
      const ofJava = more.filter(line => theirs.includes(Number(line.split(' ')[0])))
      await java.said((_, lines) => lines.filter(line => line.startsWith('read')).length >= ofJava.length)
      expect(read().sort()).toEqual(ofJava.sort())
      await until(() => mine.progress.read.length >= 60 + 30)

      // Java leaves: what it has committed is where samsa goes on, and the other way round.
      await java.leave()
      await until(() => mine.mine().length === 6)
      const last = await write(topic, 6, 'third')
      await until(() => mine.progress.read.length >= 60 + 30 + 6)
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
