import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Kafka, type PartitionConsumer } from '../../src/index.ts'
import { startKafka } from '../kafka/start.ts'
import { Rss } from './rss.ts'

const PARTITIONS = 6
/** What there is, which is read again and again. */
const TOPIC_MEGABYTES = 600
const TOTAL_BYTES = 5e9
const LIMIT_BYTES = 300 * 2 ** 20
/** Readers sleep for so long after so much, and one of them for much longer than that. */
const NAP_BYTES = 4 << 20
const NAP_MS = 20
const LONG_NAP_MS = 500
const TELL_EVERY_MS = 10_000

/** Reads 5 GB with readers that sleep, one of them most of the time; tells whether memory stayed below 300 MiB. */
export async function soakSleepyReaders(): Promise<boolean> {
  await using cluster = await startKafka({ exclusive: true })
  await using kafka = new Kafka({ brokers: cluster.bootstrap })
  const topic = 'sleepy'
  await kafka.admin().createTopics([{ name: topic, partitions: PARTITIONS }])
  await fill(cluster.bootstrap, topic)

  const rss = new Rss()
  const ended = new AbortController()
  let readBytes = 0
  const consumer = kafka.consumer()
  const timer = setInterval(() => console.log(`read ${gigabytes(readBytes)}, ${rss}`), TELL_EVERY_MS)
  const readers = Array.from({ length: PARTITIONS }, async (_, partition) => {
    const reader = consumer.consumePartition(topic, partition, { from: 'oldest', signal: ended.signal })
    let sinceNap = 0
    for await (const batch of reader.batches()) {
      for (const { value } of batch) if (value?.length !== 1024) throw new Error('a message has lost something')
      readBytes += batch.sizeBytes
      sinceNap += batch.sizeBytes
      if (readBytes >= TOTAL_BYTES) ended.abort()
      if (partition === 0) await setTimeout(LONG_NAP_MS)
      else if (sinceNap >= NAP_BYTES) {
        sinceNap = 0
        await setTimeout(NAP_MS)
      }
      if (batch.nextOffset === endOf(reader)) reader.seek('oldest')
    }
  })
  await Promise.all(readers)
  clearInterval(timer)
  rss.stop()
  console.log(`read ${gigabytes(readBytes)}, ${rss}`)
  return rss.peakBytes < LIMIT_BYTES
}

function endOf({ highWatermark }: PartitionConsumer): bigint | undefined {
  return highWatermark
}

async function fill(bootstrap: readonly string[], topic: string): Promise<void> {
  const program = fileURLToPath(new URL('./fill.ts', import.meta.url))
  const args = ['--import', 'tsx', program, bootstrap.join(','), topic, String(PARTITIONS), String(TOPIC_MEGABYTES)]
  const [code] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the topic could not be filled: exit code ${code}`)
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
