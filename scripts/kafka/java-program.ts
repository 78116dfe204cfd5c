import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cacheFolder, classpath } from './maven.ts'
import { run } from './run.ts'
import { KafkaUnavailableError } from './unavailable.ts'

/**
 * The arguments with which `java` runs a program of one file with Kafka's jars. It is compiled at the first call; later ones find it in
 * the cache, for compiling takes longer than most programs run.
 *
 * @throws {KafkaUnavailableError} without a JDK or the jars
 */
export async function javaProgram(file: string): Promise<string[]> {
  const jars = (await classpath()).join(':')
  const classes = await compiled(file, jars)
  const options = ['-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error']
  return [...options, '-cp', `${classes}:${jars}`, basename(file, '.java')]
}

async function compiled(file: string, jars: string): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(file))
    .update(jars)
    .digest('hex')
    .slice(0, 16)
  const folder = join(cacheFolder(), `${basename(file, '.java')}-${hash}`)
  if (existsSync(folder)) return folder
  // Beside the cache and moved in whole: what the cache names is complete, whoever is killed or races.
  const work = await mkdtemp(join(cacheFolder(), 'compile-'))
  try {
    const { code, output } = await run('javac', ['-nowarn', '-proc:none', '-d', work, '-cp', jars, file])
    if (code === 127) throw new KafkaUnavailableError('javac, of a JDK, is not installed')
    if (code !== 0) throw new Error(`${file} cannot be compiled:\n${output}`)
    await rename(work, folder).catch(error => {
      if (!existsSync(folder)) throw error // else another process was first, with the same program
    })
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
