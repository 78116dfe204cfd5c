import { pathToFileURL } from 'node:url'
import type { Source } from './source.ts'

/** From its build, so that what users get is measured. */
export async function loadSamsa({ from, brokers }: Source) {
  const { Kafka } = (await import(pathToFileURL(from).href)) as typeof import('../../src/index.ts')
  const { version } = (await import('../../package.json')) as { version: string }
  return { kafka: new Kafka({ brokers: [...brokers] }), version }
}
