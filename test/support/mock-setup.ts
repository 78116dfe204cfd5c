import type { TestProject } from 'vitest/node'
import { MockCluster } from '../../src/testing.ts'

/** Starts one in-process cluster for all files of the embedded ring, in place of the broker of the kafka ring. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await MockCluster.start()
  project.provide('kafka', { bootstrap: cluster.brokers, version: 'mock' })
  return () => cluster.stop()
}
