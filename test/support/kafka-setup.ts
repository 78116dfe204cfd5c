import type { TestProject } from 'vitest/node'
import { kafkaOrReason } from '../../scripts/kafka/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The broker that the files of the kafka ring share, or why there is none. */
    kafka: { readonly bootstrap: readonly string[]; readonly version: string } | { readonly reason: string }
  }
}

/** Starts one broker for all files of the kafka ring. Where there is none to be had, CI fails and others skip. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kafka = await kafkaOrReason()
  if (!kafka.ok) {
    if (process.env.CI) throw new Error(`CI needs a real Kafka: ${kafka.reason}`)
    project.provide('kafka', { reason: kafka.reason })
    return async () => {}
  }
  const { bootstrap, version } = kafka.value
  project.provide('kafka', { bootstrap, version })
  return () => kafka.value.stop()
}
