import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrokerProcess, pidFile } from './broker.ts'
import { guard } from './guard.ts'
import { handle, type KafkaOptions, type OwnKafka } from './handle.ts'
import { defaultVersion, jarFolder } from './maven.ts'
import { freePorts } from './ports.ts'
import { type BrokerPlan, formatProperties, host, initialControllers, serverProperties } from './properties.ts'
import { run, runs, tail } from './run.ts'
import { KafkaUnavailableError } from './unavailable.ts'

/**
 * Starts brokers as Java processes from Maven's jars.
 *
 * @throws {KafkaUnavailableError} without Java 17 or the jars
 */
export async function startJava(options: KafkaOptions): Promise<OwnKafka> {
  const java = await findJava()
  const version = options.version ?? defaultVersion
  const jars = await jarFolder(version)
  const folder = await mkdtemp(join(tmpdir(), 'samsa-kafka-'))
  const dismissGuard = guard(cleanUp(folder))
  const stop = async () => {
    await run('sh', cleanUp(folder).slice(1))
    dismissGuard()
  }
  try {
    const plans = await planBrokers(folder, options)
    const command = (...more: string[]) => [java, ...javaOptions, ...more, '-cp', join(jars, '*')]
    const startsSoon = '-XX:TieredStopAtLevel=1'
    const clusterId = uuid()
    // With `=`, for an id may begin with a dash.
    const format = [
      ...command('-Xmx256m', startsSoon),
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${clusterId}`,
      ...(options.dynamicQuorum ? [`--initial-controllers=${initialControllers(plans)}`] : []),
    ]
    await Promise.all(
      plans.map(async plan => {
        await mkdir(plan.folder)
        const properties = serverProperties(plan, plans, options)
        await writeFile(propertiesFile(plan), formatProperties(properties))
        await formatStorage(plan, [...format, ...(options.formatArguments ?? [])])
      }),
    )
    const heap = `-Xmx${options.heap ?? (plans.length === 1 ? '1g' : '512m')}`
    const broker = options.fullSpeed ? command(heap) : command(heap, startsSoon)
    const brokers = plans.map(
      plan => new BrokerProcess(plan, clusterId, [...broker, 'kafka.Kafka', propertiesFile(plan)]),
    )
    for (const broker of brokers) broker.spawn()
    await Promise.all(brokers.map(broker => broker.ready(brokers.length)))

    const bootstrap = plans.map(({ port }) => `${host}:${port}`)
    const others = Object.keys(options.listeners ?? {}).map(name => [
      name,
      plans.map(plan => `${host}:${plan.listenerPorts[name]}`),
    ])
    const listeners: Record<string, string[]> = { PLAINTEXT: bootstrap, ...Object.fromEntries(others) }
    const keep = async () => {
      dismissGuard()
      return { kind: 'java' as const, folder }
    }
    return handle({ kind: 'java' as const, version, bootstrap, listeners, brokers, stop, keep })
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * The command that kills all brokers in `folder` and removes it. It is a shell's, so that the guard can run it when this
 * process is no more. It kills outright, for what an orderly shutdown would save is thrown away; and it kills no process
 * whose command line does not name the folder.
 */
export function cleanUp(folder: string): string[] {
  const script = `
    for file in "$0"/broker-*/pid; do
      pid=$(cat "$file" 2>/dev/null) || continue
      line=$(cat "/proc/$pid/cmdline" 2>/dev/null | tr '\\0' ' ')
      [ -n "$line" ] || line=$(ps -ww -o command= -p "$pid" 2>/dev/null)
      case "$line" in *"$0"*) kill -9 "$pid" ;; esac
    done
    rm -rf "$0" 2>/dev/null || { sleep 1; rm -rf "$0"; }`
  return ['sh', '-c', script, folder]
}

/** How many of the brokers in `folder` are running. */
export async function countRunning(folder: string): Promise<number> {
  const entries = await readdir(folder).catch(() => [])
  const pids = await Promise.all(entries.map(entry => readFile(pidFile(join(folder, entry)), 'utf8').catch(() => '')))
  const running = await Promise.all(pids.map(async pid => pid !== '' && (await runs(Number(pid), folder))))
  return running.filter(Boolean).length
}

async function findJava(): Promise<string> {
  const home = process.env.JAVA_HOME
  const java = home ? join(home, 'bin', 'java') : 'java'
  const { code, output } = await run(java, ['-version'])
  if (code !== 0) throw new KafkaUnavailableError(`${java} does not run (${output.split('\n')[0]})`)
  const major = Number(/version "(\d+)/.exec(output)?.[1])
  if (!(major >= 17))
    throw new KafkaUnavailableError(`Kafka needs Java 17 or newer; ${java} is ${output.split('\n')[0]}`)
  return java
}

const logger = '-Dorg.slf4j.simpleLogger'
const javaOptions = [
  '-Djava.awt.headless=true',
  `${logger}.showDateTime=true`,
  `${logger}.dateTimeFormat=HH:mm:ss.SSS`,
  `${logger}.showShortLogName=true`,
]

async function planBrokers(folder: string, options: KafkaOptions): Promise<BrokerPlan[]> {
  const names = Object.keys(options.listeners ?? {})
  const count = options.brokers ?? 1
  const ports = await freePorts(count * (2 + names.length))
  const take = () => ports.pop() ?? 0
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    folder: join(folder, `broker-${index + 1}`),
    port: options.ports?.[index] ?? take(),
    controllerPort: take(),
    directoryId: uuid(),
    listenerPorts: Object.fromEntries(names.map(name => [name, take()])),
  }))
}

/** As Kafka writes them. */
const uuid = (): string => randomBytes(16).toString('base64url')

const propertiesFile = (plan: BrokerPlan): string => join(plan.folder, 'server.properties')

async function formatStorage(plan: BrokerPlan, [java = 'java', ...args]: readonly string[]): Promise<void> {
  const { code, output } = await run(java, [...args, '-c', propertiesFile(plan)])
  if (code !== 0) throw new Error(`the storage of broker ${plan.id} could not be formatted:\n${tail(output)}`)
}
