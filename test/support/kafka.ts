import { randomBytes } from 'node:crypto'
import { beforeEach, inject, onTestFinished } from 'vitest'
import type { KafkaHandle, KafkaOptions } from '../../scripts/kafka/handle.ts'
import { startKafka } from '../../scripts/kafka/start.ts'
import { Kafka, type KafkaConfig, type NewTopic } from '../../src/index.ts'

/** Call it at the top of a file of the kafka ring: its tests are skipped, with the reason, where there is no Kafka. */
export function needsKafka(): void {
  beforeEach(context => {
    const kafka = inject('kafka')
    if ('reason' in kafka) context.skip(kafka.reason)
  })
}

/** The bootstrap list of the shared broker. */
export function bootstrap(): readonly string[] {
  const kafka = inject('kafka')
  if ('reason' in kafka) throw new Error(kafka.reason)
  return kafka.bootstrap
}

/** A client of the shared broker (or of `config.brokers`), closed when the test ends. */
export function newKafka(config: Partial<KafkaConfig> = {}): Kafka {
  const kafka = new Kafka({ brokers: bootstrap(), ...config })
  onTestFinished(() => kafka.close())
  return kafka
}

/** A cluster of the test's own, which it may break; stopped when the test ends. */
export async function ownKafka(options: KafkaOptions = {}): Promise<KafkaHandle> {
  const kafka = await startKafka({ ...options, exclusive: true })
  onTestFinished(() => kafka.stop())
  return kafka
}

/** Makes a topic with a name of its own and gives the name. */
export async function newTopic(kafka: Kafka, options: Omit<NewTopic, 'name'> = {}): Promise<string> {
  const name = `test-${randomBytes(6).toString('hex')}`
  const [outcome] = await kafka.admin().createTopics([{ name, partitions: 1, ...options }])
  if (outcome?.error) throw outcome.error
  return name
}

/** Makes a topic as {@link newTopic} does, and waits until the brokers have heard of it: they do a moment later than the controller. */
export async function visibleTopic(kafka: Kafka, options: Omit<NewTopic, 'name'> = {}): Promise<string> {
  const name = await newTopic(kafka, options)
  for (;;) {
    const [topic] = await kafka.admin().describeTopics([name])
    if (topic?.partitions?.every(({ leader }) => leader >= 0)) return name
  }
}
