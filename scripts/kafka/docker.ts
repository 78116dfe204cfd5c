import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guard } from './guard.ts'
import { type Broker, handle, type KafkaOptions, type OwnKafka } from './handle.ts'
import { defaultVersion } from './maven.ts'
import { freePorts } from './ports.ts'
import { host } from './properties.ts'
import { untilReady } from './ready.ts'
import { run, tail } from './run.ts'
import { KafkaUnavailableError } from './unavailable.ts'

const composeFile = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url))
const readyTimeoutMs = 120_000

/**
 * Starts brokers with Docker from `docker-compose.yml`, as a project of its own on ports of its own.
 *
 * @throws {KafkaUnavailableError} without a Docker engine and Compose v2, or for what the containers cannot do
 */
export async function startDocker(options: KafkaOptions): Promise<OwnKafka> {
  if (options.listeners ?? options.formatArguments ?? options.logDirs ?? options.dynamicQuorum) {
    throw new KafkaUnavailableError(
      'the containers offer no listeners, format arguments, log dirs and quorum of one’s own',
    )
  }
  const version = options.version ?? defaultVersion
  await findDocker(`apache/kafka:${version}`)
  const count = options.brokers ?? 1
  const project = `samsa-kafka-${randomBytes(4).toString('hex')}`
  const ports = options.ports ?? (await freePorts(count))
  const services = serviceNames(count)
  const env = {
    KAFKA_VERSION: version,
    ...Object.fromEntries(ports.map((port, index) => [`KAFKA_PORT_${index + 1}`, String(port)])),
  }
  const overrides = await mkdtemp(join(tmpdir(), 'samsa-kafka-'))
  const overrideFile = join(overrides, 'override.json') // JSON is YAML
  await writeFile(overrideFile, composeOverride(services, options.config ?? {}))
  const compose = async (...args: string[]) => {
    const { code, output } = await run('docker', [...composeArgs(project, count), '-f', overrideFile, ...args], { env })
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')} failed:\n${tail(output)}`)
    return output
  }
  const cleanUp = ['-c', '"$@"; rm -rf "$0"', overrides, ...dockerCleanUp(project, count)]
  const dismissGuard = guard(['sh', ...cleanUp])
  const stop = async () => {
    await run('sh', cleanUp)
    dismissGuard()
  }
  const brokers = services.map((service, index): Broker => {
    const address = { host, port: ports[index] ?? 0 }
    const ready = () =>
      untilReady(address, ({ nodes }) => nodes.some(({ id }) => id === index + 1), { timeoutMs: readyTimeoutMs })
    const control = (...args: string[]) => compose(...args, service).then(() => {})
    return {
      id: index + 1,
      ...address,
      kill: () => control('kill'),
      stop: () => control('stop', '--timeout', '30'),
      start: () => control('start').then(ready),
      pause: () => control('pause'),
      resume: () => control('unpause'),
    }
  })
  try {
    await compose('up', '--detach')
    const all = brokers.map(broker =>
      untilReady(broker, ({ nodes }) => nodes.length >= count, { timeoutMs: readyTimeoutMs }),
    )
    await Promise.all(all).catch(async error => {
      throw new Error(`${error.message}; the end of the logs:\n${await compose('logs', '--no-color', '--tail', '30')}`)
    })
    const bootstrap = ports.map(port => `${host}:${port}`)
    const keep = async () => {
      dismissGuard()
      await rm(overrides, { recursive: true, force: true })
      return { kind: 'docker' as const, project, brokers: count }
    }
    return handle({
      kind: 'docker' as const,
      version,
      bootstrap,
      listeners: { PLAINTEXT: bootstrap },
      brokers,
      stop,
      keep,
    })
  } catch (error) {
    await stop()
    throw error
  }
}

/** The command that removes a project's containers and their data. */
export function dockerCleanUp(project: string, brokers: 1 | 3): string[] {
  return ['docker', ...composeArgs(project, brokers), 'down', '--volumes', '--timeout', '0']
}

/** How many containers of a project are running. */
export async function countContainers(project: string, brokers: 1 | 3): Promise<number> {
  const { code, output } = await run('docker', [...composeArgs(project, brokers), 'ps', '--quiet'])
  return code === 0 ? output.split('\n').filter(Boolean).length : 0
}

/** Broker settings as the image takes them: `message.max.bytes` is `KAFKA_MESSAGE_MAX_BYTES`. */
export function imageVariable(property: string): string {
  return `KAFKA_${property.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`
}

function composeOverride(services: readonly string[], config: Readonly<Record<string, string>>): string {
  // Compose replaces $ in files by variables; $$ is a plain one.
  const pairs = Object.entries(config).map(([key, value]) => [imageVariable(key), value.replaceAll('$', '$$$$')])
  const service = { environment: Object.fromEntries(pairs) }
  return JSON.stringify({ services: Object.fromEntries(services.map(name => [name, service])) })
}

function serviceNames(brokers: 1 | 3): string[] {
  return brokers === 1 ? ['kafka'] : ['kafka-1', 'kafka-2', 'kafka-3']
}

function composeArgs(project: string, brokers: 1 | 3): string[] {
  return ['compose', '--project-name', project, '--profile', brokers === 1 ? 'one' : 'three', '-f', composeFile]
}

async function findDocker(image: string): Promise<void> {
  // `docker info` and not `docker --version`: a client without an engine is no Docker.
  const engine = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 10_000 })
  if (engine.code === 127) throw new KafkaUnavailableError('docker is not installed')
  if (engine.code !== 0) throw new KafkaUnavailableError('the Docker engine does not answer')
  const compose = await run('docker', ['compose', 'version'])
  if (compose.code !== 0) throw new KafkaUnavailableError('docker has no Compose plugin')
  if ((await run('docker', ['image', 'inspect', image])).code === 0) return
  const pull = await run('docker', ['pull', '--quiet', image])
  if (pull.code !== 0) throw new KafkaUnavailableError(`the image cannot be pulled: ${tail(pull.output, 1)}`)
}
