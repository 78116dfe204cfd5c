import { KafkaError, type KafkaErrorOptions, type Remedy } from './kafka-error.ts'

/** One thing that is wrong with the configuration. */
export interface ConfigurationProblem {
  /** The option's full name, such as `producer.acks`. */
  readonly option: string
  readonly problem: string
}

/** The configuration, or an argument of a call, cannot be used. Lists every problem, not just the first. */
export class ConfigurationError extends KafkaError {
  readonly code = 'CONFIGURATION'
  readonly remedy = 'none'
  readonly problems: readonly ConfigurationProblem[]

  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ option, problem }) => `${option}: ${problem}`)
    super(lines.length === 1 ? lines[0]! : `${lines.length} problems:\n${lines.map(line => `  ${line}`).join('\n')}`)
    this.problems = problems
  }
}

/** A broker could not be reached, or its connection broke. `address` is the `host:port` that was tried. */
export class ConnectionError extends KafkaError {
  readonly code = 'CONNECTION'
  readonly remedy = 'refresh-metadata'
  readonly address: string

  constructor(address: string, message: string, options?: KafkaErrorOptions) {
    super(message, options)
    this.address = address
  }
}

/** Something took longer than its option allows; the message names the option. */
export class TimeoutError extends KafkaError {
  readonly code = 'TIMEOUT'
  readonly remedy = 'refresh-metadata'
}

/** The negotiated version of an API is missing, or cannot carry a field that was given a value. */
export class UnsupportedVersionError extends KafkaError {
  readonly code = 'UNSUPPORTED_VERSION'
  readonly remedy = 'none'
  readonly api: string
  /** The field that the version cannot carry, as a path; absent where the whole API is not supported. */
  readonly field?: string

  constructor(api: string, message: string, field?: string) {
    super(message)
    this.api = api
    if (field !== undefined) this.field = field
  }
}

/** Bytes that are not what the Kafka protocol allows. */
export class ProtocolError extends KafkaError {
  readonly code: string = 'PROTOCOL'
  readonly remedy: Remedy = 'none'
}

/** The client, producer or consumer was closed. */
export class ClosedError extends KafkaError {
  readonly code = 'CLOSED'
  readonly remedy = 'none'
}

/** A message is larger than an option or the broker allows. Nothing of it was sent. */
export class MessageTooLargeError extends KafkaError {
  readonly code = 'MESSAGE_TOO_LARGE'
  readonly remedy = 'none'
  readonly sizeBytes: number
  readonly limitBytes: number

  constructor(message: string, sizeBytes: number, limitBytes: number) {
    super(message)
    this.sizeBytes = sizeBytes
    this.limitBytes = limitBytes
  }
}
