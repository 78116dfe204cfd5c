import { MockCluster } from 'samsa/testing'
import { startKafka } from '../scripts/kafka/start.ts'

/** What clients are measured on: a real Kafka, or the in-process cluster, whose brokers take more than clients can send. */
export const clusters = ['kafka', 'mock'] as const
export type ClusterKind = (typeof clusters)[number]

/** A cluster of one broker, which is stopped when it is disposed of. */
export interface BenchCluster extends AsyncDisposable {
  readonly bootstrap: readonly string[]
  /** What it is, in words. */
  readonly label: string
}

/** @param retentionBytes how much the in-process cluster keeps of each partition, in memory. Default: all. */
export async function startCluster(kind: ClusterKind, retentionBytes = -1): Promise<BenchCluster> {
  if (kind === 'kafka') {
    const kafka = await startKafka({ fullSpeed: true })
    return {
      bootstrap: kafka.bootstrap,
      label: `Kafka ${kafka.version}`,
      [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose](),
    }
  }
  const mock = await MockCluster.start({ configs: { 'log.retention.bytes': retentionBytes } })
  return { bootstrap: mock.brokers, label: 'the in-process cluster', [Symbol.asyncDispose]: () => mock.stop() }
}
