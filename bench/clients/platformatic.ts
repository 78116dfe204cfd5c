import { pathToFileURL } from 'node:url'
import { UnavailableError } from '../child-report.ts'
import { requireFrom, type Source } from './source.ts'

interface Platformatic {
  readonly Producer: new (
    options: object,
  ) => {
    send(options: object): Promise<unknown>
    close(): Promise<void>
  }
  readonly Consumer: new (
    options: object,
  ) => {
    consume(options: object): Promise<AsyncIterable<{ readonly value: Buffer }> & NodeJS.EventEmitter>
    close(force: boolean): Promise<void>
  }
}

export async function loadPlatformatic({ from }: Source) {
  const folder = `${from}node_modules/@platformatic/kafka/`
  const { engines, version } = requireFrom(from)(`${folder}package.json`) as {
    engines: { node: string }
    version: string
  }
  // It can be loaded by an older one, and fails when it is used.
  if (Number.parseInt(process.versions.node, 10) < Number(/\d+/.exec(engines.node)?.[0])) {
    throw new UnavailableError(`it needs Node ${engines.node}, and this is ${process.version}`)
  }
  const library = (await import(pathToFileURL(`${folder}dist/index.js`).href)) as Platformatic
  return { ...library, version }
}
