import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countContainers, dockerCleanUp } from './docker.ts'
import type { Kept } from './handle.ts'
import { cleanUp, countRunning } from './java.ts'
import { cacheFolder } from './maven.ts'
import { run } from './run.ts'

/** The cluster that `up` left running. */
export interface UpState {
  readonly version: string
  readonly bootstrap: readonly string[]
  readonly kept: Kept
}

const stateFile = () => join(cacheFolder(), 'up.json')

/** What `up` wrote down, or nothing where no cluster is up. */
export async function readState(): Promise<UpState | undefined> {
  const text = await readFile(stateFile(), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

/** Writes the state down; false where another `up` was faster. */
export async function writeState(state: UpState): Promise<boolean> {
  await mkdir(cacheFolder(), { recursive: true })
  return writeFile(stateFile(), JSON.stringify(state, null, 2), { flag: 'wx' }).then(
    () => true,
    error => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
}

/** How many of the cluster's brokers are running; 0 after a reboot or where somebody else ended them. */
export function countUp({ kept }: UpState): Promise<number> {
  return kept.kind === 'java' ? countRunning(kept.folder) : countContainers(kept.project, kept.brokers)
}

/** Ends the cluster, removes its files and forgets it. */
export async function takeDown({ kept }: UpState): Promise<void> {
  const [command = 'sh', ...args] =
    kept.kind === 'java' ? cleanUp(kept.folder) : dockerCleanUp(kept.project, kept.brokers)
  const { code, output } = await run(command, args)
  if (code !== 0) throw new Error(`the brokers could not be stopped:\n${output}`)
  await rm(stateFile(), { force: true })
}
