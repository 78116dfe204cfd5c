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

  constructor(problems: readonly ConfigurationProblem[], options?: KafkaErrorOptions) {
    const lines = problems.map(({ option, problem }) => `${option}: ${problem}`)
    const list = lines.map(line => `  ${line}`).join('\n')
    super(lines.length === 1 ? lines[0]! : `${lines.length} problems:\n${list}`, options)
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

/**
 * A broker did not let this client in, or did not prove who it is. Nothing is tried again: the credentials would still be wrong. Where the
 * broker said why, `cause` is its {@link BrokerError}, such as SASL_AUTHENTICATION_FAILED.
 */
export class AuthenticationError extends KafkaError {
  readonly code = 'AUTHENTICATION'
  readonly remedy = 'fatal'
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

/** A key or a value could not be turned into bytes, and was not sent, or bytes that were read not into one. */
export class SerializationError extends KafkaError {
  readonly code = 'SERIALIZATION'
  readonly remedy = 'none'
  readonly topic: string
  /** Whether it is the key, else the value. */
  readonly isKey: boolean

  /** @param problem What is wrong, such as `must be a string, not 5`. */
  constructor(at: { readonly topic: string; readonly isKey: boolean }, problem: string, options?: KafkaErrorOptions) {
    super(`the ${at.isKey ? 'key' : 'value'} of a message in topic "${at.topic}" ${problem}`, options)
    this.topic = at.topic
    this.isKey = at.isKey
  }
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
