import { run } from '../scripts/kafka/run.ts'
import { programs, samsaBuild } from './build.ts'
import { installNativePeers, installPeers, nativePeersFolder, peersFolder } from './install-peers.ts'
import { franzGo } from './yardsticks/franz-go.ts'
import { java } from './yardsticks/java.ts'

const NATIVE = '@confluentinc/kafka-javascript'

/** How the clients are run that a command of the bench compares. */
export class Commands {
  readonly #command: 'produce' | 'consume'
  readonly #node: string
  readonly #folder: string

  /**
   * @param node The node that runs the clients.
   * @param folder For what programs of other languages are compiled to.
   */
  constructor(command: 'produce' | 'consume', node: string, folder: string) {
    this.#command = command
    this.#node = node
    this.#folder = folder
  }

  async nodeVersion(): Promise<string> {
    const { code, output } = await run(this.#node, ['--version'])
    if (code !== 0) throw new Error(`${this.#node} does not run: ${output}`)
    return `Node ${output.replace('v', '')}`
  }

  /** What runs a client, but for its task. Throws where it cannot be had. */
  async of(client: string): Promise<readonly string[]> {
    if (client === 'java') return java(this.#command, this.#folder)
    if (client === 'franz-go') return franzGo(this.#command, this.#folder)
    if (client === NATIVE) await installNativePeers()
    else if (client !== 'samsa' && client !== 'bare') await installPeers()
    return this.program('child')
  }

  /** What runs another of the programs that were built. */
  program(name: string): readonly string[] {
    return [this.#node, `${programs}${name}.js`]
  }
}

/** Where a client is: the folder that its package is installed in, or the file to import. */
export function sourceOf(client: string): string {
  if (client === 'samsa') return `${samsaBuild}index.js`
  return client === NATIVE ? nativePeersFolder : peersFolder
}
