/** Runs a program with `KAFKA_BROKERS` set: to what it is already, else to a Kafka that is started for it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startKafka } from './kafka/start.ts'

const [program, ...args] = process.argv.slice(2)
if (program === undefined) throw new Error('usage: with-kafka PROGRAM [ARG ...]')

await using kafka = await startKafka()
const env = { ...process.env, KAFKA_BROKERS: kafka.bootstrap.join(',') }
const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { stdio: 'inherit', env })
const [code] = (await once(child, 'exit')) as [number | null]
process.exitCode = code ?? 1
