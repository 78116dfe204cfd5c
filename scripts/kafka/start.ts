import { startDocker } from './docker.ts'
import { useExternal } from './external.ts'
import type { KafkaHandle, KafkaOptions, OwnKafka } from './handle.ts'
import { startJava } from './java.ts'
import { KafkaUnavailableError, type OrReason, orReason } from './unavailable.ts'

/**
 * A real Kafka for tests, examples and benchmarks: the cluster named by `KAFKA_BROKERS` if that is set, else containers,
 * else Java processes. What this call started is stopped by `stop()`, by `await using`, and when this process ends,
 * however it ends.
 *
 * @throws {KafkaUnavailableError} where this machine has none of the three
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaHandle> {
  const external = process.env.KAFKA_BROKERS
  if (external && !options.exclusive) return useExternal(external)
  return startOwn(options)
}

/** `startKafka`, with the reason as a value where there is no Kafka to be had: skip the tests, and print it. */
export function kafkaOrReason(options: KafkaOptions = {}): Promise<OrReason<KafkaHandle>> {
  return orReason(() => startKafka(options))
}

/** Starts a cluster of this process's own; `startKafka` without the external one. */
export async function startOwn(options: KafkaOptions): Promise<OwnKafka> {
  const reasons: string[] = []
  for (const [name, start] of [
    ['Docker', startDocker],
    ['Java', startJava],
  ] as const) {
    try {
      return await start(options)
    } catch (error) {
      if (!(error instanceof KafkaUnavailableError)) throw error
      reasons.push(`${name}: ${error.message}`)
    }
  }
  throw new KafkaUnavailableError(`no Kafka here. ${reasons.join('. ')}. Or set KAFKA_BROKERS to a running one.`)
}
