import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { bootstrap, needsKafka } from '../support/kafka.ts'

needsKafka()

/** What an example prints; it must end by itself, and without a word on stderr. */
async function output(example: string): Promise<string[]> {
  const env = { ...process.env, KAFKA_BROKERS: bootstrap().join(',') }
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${example}`], { env })
  const ended = new Promise(resolve => child.on('exit', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect({ code: await ended, err }).toEqual({ code: 0, err: '' })
  return out.trimEnd().split('\n')
}

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
  expect(await output('partitioners.ts')).toEqual([
    'Java, and samsa by default: alice 3, bob 0, carol 2, dave 4, erin 2',
    "sarama's hash partitioner: alice 5, bob 2, carol 2, dave 3, erin 1",
    "librdkafka's default: alice 5, bob 2, carol 5, dave 2, erin 0",
    'a hash of your own: alice 1, bob 2, carol 3, dave 4, erin 5',
    'round robin: - 0, - 1, - 2, - 3, - 4, - 5, - 0, - 1',
    'partition 0 for alice alone: alice 0, bob 4, carol 3, dave 4, erin 4',
    'named by the message: alice 5',
  ])
})

it('encoders and serializers of users make the bytes that are read back', async () => {
  expect(await output('custom-encoder.ts')).toEqual([
    'sent a reading that encodes itself',
    'sent a reading by a serializer',
    'the value was refused: -500 °F is colder than can be',
    'read kitchen: sensor 7 says 21.5 °C, in 6 bytes',
    'read cellar: sensor 8 says 10 °C, in 6 bytes',
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
