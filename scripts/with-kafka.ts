/**
 * Runs a program with `KAFKA_BROKERS` set: to what it is already, else to a cluster inside this process, or with `--kafka`
 * to a real Kafka that is started for it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { MockCluster } from 'samsa/testing'
import { startKafka } from './kafka/start.ts'

const REAL = '--kafka'
const [program, ...args] = process.argv.slice(2).filter(arg => arg !== REAL)
if (program === undefined) throw new Error(`usage: with-kafka [${REAL}] PROGRAM [ARG ...]`)

const isReal = process.argv.includes(REAL) || process.env.KAFKA_BROKERS !== undefined
await using cluster = isReal ? await startKafka() : await MockCluster.start()
const brokers = cluster instanceof MockCluster ? cluster.brokers : cluster.bootstrap
const env = { ...process.env, KAFKA_BROKERS: brokers.join(',') }
const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { stdio: 'inherit', env })
const [code] = (await once(child, 'exit')) as [number | null]
process.exitCode = code ?? 1
