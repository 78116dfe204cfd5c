import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'
import { KafkaUnavailableError } from './unavailable.ts'

/** The Kafka release that is started where none is asked for. */
export const defaultVersion = '4.3.1'

/** This user's folder for downloaded jars and the state of `up`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'samsa-kafka')
}

/**
 * The folder with all jars of a Kafka release: broker, console tools, clients. Downloaded with Maven at the first call;
 * later calls need neither Maven nor a network.
 *
 * @throws {KafkaUnavailableError} where they are not cached and cannot be downloaded
 */
export async function jarFolder(version: string = defaultVersion): Promise<string> {
  const pom = pomFor(version)
  // The pom is part of the name, so that a harness that wants other jars never finds an older one's.
  const folder = join(cacheFolder(), `${version}-${createHash('sha256').update(pom).digest('hex').slice(0, 8)}`)
  if (existsSync(folder)) return folder
  await mkdir(cacheFolder(), { recursive: true })
  // Download beside the cache and move in whole: what the cache names is complete, whoever is killed or races.
  const download = await mkdtemp(join(cacheFolder(), 'download-'))
  try {
    await writeFile(join(download, 'pom.xml'), pom)
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars']
    const { code, output } = await run('mvn', ['-q', '-B', '-U', '-Dstyle.color=never', ...goal], { cwd: download })
    if (code === 127) throw new KafkaUnavailableError('mvn (Maven) is not installed')
    if (code !== 0) throw new KafkaUnavailableError(`Maven could not fetch Kafka ${version}: ${firstError(output)}`)
    await rename(join(download, 'jars'), folder).catch(error => {
      if (!existsSync(folder)) throw error // else another process was first, with the same jars
    })
    return folder
  } finally {
    await rm(download, { recursive: true, force: true })
  }
}

/**
 * The jars to run Kafka's own tools and Java programs with: `java -cp jars.join(':') org.apache.kafka.tools.TopicCommand`.
 *
 * @throws {KafkaUnavailableError} as `jarFolder` does
 */
export async function classpath(version: string = defaultVersion): Promise<string[]> {
  const folder = await jarFolder(version)
  const files = await readdir(folder)
  return files
    .filter(file => file.endsWith('.jar'))
    .sort()
    .map(file => join(folder, file))
}

/**
 * The kafka-clients jar, which carries the official definitions of all messages as `common/message/*.json`; read them
 * with `readJar`. No broker is started.
 *
 * @throws {KafkaUnavailableError} as `jarFolder` does
 */
export async function clientsJar(version: string = defaultVersion): Promise<string> {
  return join(await jarFolder(version), `kafka-clients-${version}.jar`)
}

/** Maven's first error line says what is wrong; the rest is advice about Maven. */
function firstError(output: string): string {
  const line = output.split('\n').find(line => line.includes('[ERROR]')) ?? output
  return line.replace(/^.*?\[ERROR\] /, '').replace(/ -> \[Help 1\].*$/, '')
}

function pomFor(version: string): string {
  const dependency = (group: string, artifact: string, release: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${release}</version></dependency>`
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>samsa</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', version)}
    ${dependency('org.apache.kafka', 'kafka-tools', version)}
    <!-- Kafka brings no logger of its own; without one a broker that fails to start would say nothing. -->
    ${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
  </dependencies>
</project>
`
}
