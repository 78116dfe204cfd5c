import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { output } from '../support/example.ts'
import { needsKafka } from '../support/kafka.ts'

needsKafka()

it('the quickstart sends ten messages and reads them back', async () => {
  const lines = await output('quickstart.ts')
  const people = ['alice', 'bob', 'carol', 'dave', 'erin']
  const indices = Array.from({ length: 10 }, (_, i) => i)
  expect(lines.slice(1)).toEqual([
    ...indices.map(i => `sent to partition 0 at offset ${i}`),
    ...indices.map(i => `read offset ${i}: ${people[i % 5]} = order ${i}`),
  ])
})

it('the synchronous producer tells where each message is, and which one was refused', async () => {
  expect(await output('sync-producer.ts')).toEqual([
    "alice's order 1 is in partition 3 at offset 0",
    "alice's order 2 is in partition 3 at offset 1",
    "bob's order 3 is in partition 0 at offset 0",
    "alice's order 4 is in partition 3 at offset 2",
    "dave's order was not sent: MessageTooLargeError",
    '5 messages were written, in 4 batches',
  ])
})

it('the asynchronous producer waits for room, and reads a report of every message', async () => {
  const lines = await output('async-producer.ts')
  const first = [0, 1, 2].map(partition => `the first batch of partition ${partition} is written`)
  expect(lines.slice(0, -3).sort()).toEqual(first)
  expect(lines.at(-3)).toBe('the memory was taken now and then, and the loop waited')
  expect(lines.at(-2)).toMatch(/^the last order failed: ConfigurationError: message\.partition: 99 is out of range/)
  expect(lines.at(-1)).toBe('100000 messages were written')
})

it('the partitioners send keys where their namesakes do', async () => {
  const lines = await output('partitioners.ts')
  const [scattered, together] = lines.splice(6, 2)
  expect(scattered).toMatch(/^at random: (- [0-5](, |$)){8}$/)
  expect(together).toMatch(/^together, anywhere: - ([0-5])(, - \1){7}$/)
  expect(lines).toEqual([
    'Java, and samsa by default: alice 3, bob 0, carol 2, dave 4, erin 2',
    "sarama's hash partitioner: alice 5, bob 2, carol 2, dave 3, erin 1",
    "sarama's reference hash partitioner: alice 3, bob 0, carol 2, dave 5, erin 1",
    "librdkafka's default: alice 5, bob 2, carol 5, dave 2, erin 0",
    'a hash of your own: alice 1, bob 2, carol 3, dave 4, erin 5',
    'round robin: - 0, - 1, - 2, - 3, - 4, - 5, - 0, - 1',
    'partition 0 for alice alone: alice 0, bob 4, carol 3, dave 4, erin 4',
    'named by the message: alice 5',
  ])
})

it('encoders and serializers of users make the bytes that are read back', async () => {
  expect(await output('custom-encoder.ts')).toEqual([
    'sent a person who encodes herself',
    'sent a person by the serializer for JSON',
    'read Alice, who is 42',
    'read Bob, who is 37',
    'sent degrees by a serializer',
    'the value was refused: -300 °C is colder than can be',
    'read cellar: 11.5 °C',
  ])
})

it('the partition consumer reads from the start, an offset and a time', async () => {
  expect(await output('partition-consumer.ts')).toEqual([
    'offset 0: alice = order 0',
    'offset 1: bob = order 1',
    'offset 2: carol = order 2',
    'read 7 more',
    'seven seconds later: order 7, and 2 to go',
    'after the seek: order 1, and the next one is at offset 2',
    'kept: {"offset":"2","key":"carol","value":"order 2"}',
  ])
})

it('all partitions are read as one, and read on from where they were', async () => {
  const people = ['alice', 'bob', 'carol', 'dave', 'erin']
  expect(await output('all-partitions.ts')).toEqual([
    ...people.map(person => `${person} has spent 350 cents`),
    ...people.map(person => `${person} has now spent 351 cents`),
  ])
})

it('the member of a group begins where it says, and processes all the rest', async () => {
  const lines = (await output('consumer-group.ts')).map(line => line.replaceAll(/consumer-group-\d+/g, 'topic'))
  const read = lines.filter(line => /^\d \d order/.test(line))
  const orders = Array.from({ length: 30 }, (_, i) => `${i % 3} ${Math.floor(i / 3)} order ${i}`)
  expect(lines[0]).toBe("generation 1: I have [ { topic: 'topic', partitions: [ 0, 1, 2 ] } ]")
  expect(lines.slice(1, 4)).toEqual(['topic-0 begins at 5', 'topic-1 begins at oldest', 'topic-2 begins at oldest'])
  expect(read.sort()).toEqual(orders.filter(line => !/^0 [0-4] /.test(line)).sort())
  expect(lines.slice(-2)).toEqual(['what was marked is committed after this', 'processed 25 messages'])
})

it('the tour of the configuration shows what is refused, and uses what is not', async () => {
  const lines = await output('config-tour.ts')
  expect(lines.slice(0, -1)).toEqual([
    'the configuration with TLS is in order',
    'brokers: must name at least one broker',
    'producer.compresion: unknown option; did you mean producer.compression?',
    'producer.acks: must be one of 0, 1, -1, not 2',
    'admin.timeoutMs: must be at least 1, not 0',
    'read from the oldest message on, as configured: as configured, but for acks',
  ])
  expect(lines.at(-1)).toMatch(/^it took [1-9]\d? connections$/)
})

it('acknowledgements tell where a message is, and what is wrong with it, to those who wait for them', async () => {
  expect(await output('acks.ts')).toEqual([
    'acks 0: it is on its way, at offset -1',
    'acks 1: the leader has it at offset 0',
    'acks -1: all in-sync replicas have it at offset 0',
    'acks 0: nothing is known to be wrong',
    'acks 1: MESSAGE_TOO_LARGE',
    'acks -1: MESSAGE_TOO_LARGE',
    'producer.idempotent: needs producer.acks -1, not 1',
  ])
})

it('topics are created, described, grown and deleted, each with an outcome of its own', async () => {
  const lines = (await output('create-topics.ts')).map(line => line.replace(/-\d{13}/, ''))
  expect(lines).toEqual([
    'orders/paid would fail: INVALID_TOPIC_EXCEPTION',
    'created orders with 6 partitions',
    'created customers with 3 partitions',
    'orders/paid failed: INVALID_TOPIC_EXCEPTION',
    'orders: 6 partitions, 1 in-sync replicas of the first',
    'customers: 3 partitions, 1 in-sync replicas of the first',
    'nowhere: UNKNOWN_TOPIC_OR_PARTITION',
    'cleanup.policy is delete, default_config',
    'retention.ms is 604800000, dynamic_topic_config',
    'there are twelve partitions now',
    'deleted orders',
    'deleted customers',
  ])
})

it('topics are listed with their partitions and offsets', async () => {
  const [all, internal, ...partitions] = await output('list-topics.ts')
  expect(all).toMatch(/^there are \d+ topics$/)
  expect(internal).toMatch(/^\d+ of them are Kafka's own$/)
  expect(partitions).toEqual([
    'a-0: led by broker 1 of 1, offsets 0 to 1',
    'b-0: led by broker 1 of 1, offsets 0 to 1',
    'b-1: led by broker 1 of 1, offsets 0 to 0',
  ])
})

it('the assignors share out as their worked examples say', async () => {
  const text = (await output('assignors.ts')).join('\n')
  expect(text).toContain(`range, a topic of ten partitions
  C0: t-0 t-1 t-2 t-3
  C1: t-4 t-5 t-6
  C2: t-7 t-8 t-9
round robin, the same
  C0: t-0 t-3 t-6 t-9
  C1: t-1 t-4 t-7
  C2: t-2 t-5 t-8
range, two topics of three partitions
  C0: t0-0 t0-1 t1-0 t1-1
  C1: t0-2 t1-2
round robin, the same
  C0: t0-0 t0-2 t1-1
  C1: t0-1 t1-0 t1-2
round robin, topics of one, two and three partitions
  C0: t0-0
  C1: t1-0
  C2: t1-1 t2-0 t2-1 t2-2
sticky, the same
  C0: t0-0
  C1: t1-0 t1-1
  C2: t2-0 t2-1 t2-2
sticky, four topics of two partitions
  C0: t0-0 t1-1 t3-0
  C1: t0-1 t2-0 t3-1
  C2: t1-0 t2-1
`)
  const afterwards = text
    .match(/sticky, when C1 has left\n {2}C0: (.*)\n {2}C2: (.*)\n/)
    ?.slice(1)
    .map(line => line.split(' '))
  expect(afterwards?.map(({ length }) => length)).toEqual([4, 4])
  expect(afterwards?.[0]).toEqual(expect.arrayContaining(['t0-0', 't1-1', 't3-0']))
  expect(afterwards?.[1]).toEqual(expect.arrayContaining(['t1-0', 't2-1']))
  expect(text).toContain(`cooperative sticky, when C1 joins
  C0: t-0 t-1
  C1:
cooperative sticky, a moment later
  C0: t-0 t-1
  C1: t-2`)
})

it('the leader of a partition is written to and read from step by step', async () => {
  expect(await output('dial-leader.ts')).toEqual([
    'wrote three messages, from offset 0 on',
    'read offset 0: one!',
    'read offset 1: two!',
    'read offset 2: three!',
    'the log reaches from 0 to 3, and the next read begins at 3',
    'after the seek: two!',
    'and then: three!',
    'nothing more came in a tenth of a second',
  ])
})

it('the controller creates a topic, and says that it is there already', async () => {
  const [controller, ...lines] = await output('create-topic-by-controller.ts')
  expect(controller).toMatch(/^broker 1 at \S+:\d+ takes what is meant for the controller$/)
  expect(lines).toEqual(['created a topic of 3 partitions', 'the second time: TOPIC_ALREADY_EXISTS'])
})

it('the list of examples names each of them', async () => {
  const list = await readFile('examples/README.md', 'utf8')
  const examples = (await readdir('examples')).filter(name => name.endsWith('.ts'))
  expect(examples.filter(name => !list.includes(`(${name})`))).toEqual([])
})
