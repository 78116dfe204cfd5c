import { describe, expect, it } from 'vitest'
import { bootstrapOf, kafkaOptions } from '../../src/config.ts'
import { ConfigurationError, Kafka } from '../../src/index.ts'
import { listOptions } from '../../src/util/options.ts'
import { failure } from '../support/failure.ts'
import { problemsOf } from '../support/problems.ts'

const brokers = 'localhost:9092'

describe('a configuration', () => {
  it('needs nothing but brokers, and connects to nothing', async () => {
    expect(problemsOf({ brokers })).toEqual([])
    await new Kafka({ brokers: '127.0.0.1:1' }).close()
  })

  it('that is wrong is told every problem at once, each with the name of its option', () => {
    const config = {
      brokers: ['localhost:9092', 'localhost:port', 5],
      clientId: '',
      clientID: 'x',
      net: { dialTimeoutMs: 0, tls: 'yes', sals: {} },
      metadata: { retry: { max: -1 } },
      producer: { acks: 2, compression: 'zip', flush: { size: 1, messages: -1 }, partitioner: 'hash' },
      consumer: { fetch: { minBytes: '1' }, offsets: { initial: 'first' } },
      admin: 5,
      logger: { info() {} },
    }
    expect(problemsOf(config)).toEqual([
      'clientID: unknown option; did you mean clientId?',
      "brokers: must be a list of 'host:port', or a string of them with commas between",
      'clientId: must not be empty',
      expect.stringMatching(/^net\.sals: unknown option/),
      'net.dialTimeoutMs: must be at least 1, not 0',
      "net.tls: must be true, false or Node's tls.ConnectionOptions, not yes",
      'metadata.retry.max: must be at least 0, not -1',
      'producer.acks: must be one of 0, 1, -1, not 2',
      expect.stringMatching(/^producer\.compression: must be one of "none", "gzip".*, not "zip"$/),
      expect.stringMatching(/^producer\.partitioner: must be a partitioner such as defaultPartitioner\(\)/),
      expect.stringMatching(/^producer\.flush\.size: unknown option/),
      'producer.flush.messages: must be at least 0, not -1',
      'consumer.fetch.minBytes: must be a whole number of bytes, not "1"',
      'consumer.offsets.initial: must be one of "newest", "oldest", not "first"',
      expect.stringMatching(/^admin: must be an object with the options timeoutMs, retry/),
      'logger: must have the methods debug, info, warn and error; debug, warn, error missing',
    ])
  })

  it('says it in one message', () => {
    expect(() => new Kafka({ brokers, clientId: '' })).toThrow(/^clientId: must not be empty$/)
    const two = '2 problems:\n  brokers: must name at least one broker\n  clientId: must not be empty'
    expect(() => new Kafka({ brokers: [], clientId: '' })).toThrow(two)
  })

  it.each([undefined, null, 5, 'localhost:9092', []])('that is %j is refused', config => {
    expect(problemsOf(config)).not.toEqual([])
  })

  it('with a linger that its messages do not live to see the end of is refused', () => {
    expect(problemsOf({ brokers, producer: { flush: { frequencyMs: 500 }, deliveryTimeoutMs: 500 } })).toEqual([
      'producer.flush.frequencyMs: must be less than producer.deliveryTimeoutMs (500), in which messages expire',
    ])
    expect(problemsOf({ brokers, producer: { flush: { frequencyMs: 499 }, deliveryTimeoutMs: 500 } })).toEqual([])
  })

  it('with idempotence that cannot be is refused', () => {
    expect(problemsOf({ brokers, producer: { idempotent: true, acks: 1 } })).toEqual([
      'producer.idempotent: needs producer.acks -1, not 1',
    ])
    expect(problemsOf({ brokers, producer: { acks: 1 } })).toEqual([])
  })

  it('with a batch that no request can carry is refused', () => {
    const message = 'producer.maxMessageBytes: must be less than net.maxRequestBytes (2000)'
    expect(problemsOf({ brokers, net: { maxRequestBytes: 2000 }, producer: { maxMessageBytes: 2000 } })).toEqual([
      message,
    ])
    expect(problemsOf({ brokers, net: { maxRequestBytes: 2000 }, producer: { maxMessageBytes: 1999 } })).toEqual([])
  })

  it('with fetches that have no room for what one partition may send is refused', () => {
    expect(problemsOf({ brokers, consumer: { fetch: { defaultBytes: 2000, maxBytes: 1999 } } })).toEqual([
      'consumer.fetch.maxBytes: must be at least consumer.fetch.defaultBytes, which is 2000, not 1999',
    ])
    expect(problemsOf({ brokers, consumer: { fetch: { defaultBytes: 2000, maxBytes: 2000 } } })).toEqual([])
    // What the two are by default counts as well.
    expect(problemsOf({ brokers, consumer: { fetch: { maxBytes: 1_048_575 } } })).toHaveLength(1)
  })

  it('takes console as a logger', () => {
    expect(problemsOf({ brokers, logger: console })).toEqual([])
  })
})

describe('brokers', () => {
  it.each<[unknown, string]>([
    [undefined, 'brokers: must be given'],
    [[], 'brokers: must name at least one broker'],
    ['', 'brokers: "" is not host:port'],
    ['a:1,,b:2', 'brokers: "" is not host:port'],
    [['a:1', 'b:0'], 'brokers[1]: "b:0" is not host:port'],
    [['a:65536'], 'brokers[0]: "a:65536" is not host:port'],
    [['http://a:1'], 'brokers[0]: "http://a:1" is not host:port'],
    [['a b:1'], 'brokers[0]: "a b:1" is not host:port'],
    [[':9092'], 'brokers[0]: ":9092" is not host:port'],
    [['::1:9092'], 'brokers[0]: "::1:9092" is not host:port'],
    [{}, "brokers: must be a list of 'host:port', or a string of them with commas between"],
  ])('%j: %s', (brokers, problem) => {
    expect(problemsOf({ brokers })).toEqual([problem])
  })

  it('may be a string, a list or a function, with default port and IPv6 addresses', async () => {
    const found = [
      { host: 'a', port: 1 },
      { host: 'b', port: 9092 },
      { host: '::1', port: 9093 },
    ]
    expect(await bootstrapOf('a:1, b,[::1]:9093')()).toEqual(found)
    expect(await bootstrapOf(['a:1', 'b', '[::1]:9093'])()).toEqual(found)
    expect(await bootstrapOf(async () => 'a:1,b,[::1]:9093')()).toEqual(found)
    expect(await bootstrapOf(async () => ['a:1', 'b', '[::1]:9093'])()).toEqual(found)
  })

  it('that a function finds are checked when it has found them', async () => {
    const kafka = new Kafka({ brokers: async () => ['a:1', 'nonsense:'], metadata: { retry: { max: 0 } } })
    const error = await failure(kafka.producer().send({ topic: 't', value: 'v' }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toBe('the result of brokers()[1]: "nonsense:" is not host:port')
    await kafka.close()
  })
})

describe('the options of a child', () => {
  const kafka = () => new Kafka({ brokers: '127.0.0.1:1', producer: { acks: 1, compression: 'gzip' } })

  it('are checked under their full names', () => {
    expect(() => kafka().producer({ ackss: 1 } as never)).toThrow(
      'producer.ackss: unknown option; did you mean producer.acks?',
    )
    expect(() => kafka().consumer({ maxWaitMs: -1 })).toThrow('consumer.maxWaitMs: must be at least 0, not -1')
    expect(() => kafka().admin({ retry: { max: 0.5 } })).toThrow('admin.retry.max: must be an integer, not 0.5')
  })

  it('are held against those of the Kafka', () => {
    const message = 'producer.maxMessageBytes: must be less than net.maxRequestBytes (104857600)'
    expect(() => kafka().producer({ maxMessageBytes: 100 * 1024 * 1024 })).toThrow(message)
  })

  it('override those of the Kafka, and leave the others as they are', () => {
    // The level is fine for the codec of the Kafka, and not for the one of the child.
    expect(() => kafka().producer({ compressionLevel: 9 })).not.toThrow()
    expect(() => kafka().producer({ compressionLevel: 10 })).toThrow(
      "producer.compressionLevel: 'gzip' has levels 1 to 9",
    )
    expect(() => kafka().producer({ compression: 'none', compressionLevel: 9 })).toThrow("'none' has no levels")
  })
})

it('the defaults are those that were agreed on', () => {
  const defaults = Object.fromEntries(listOptions(kafkaOptions).map(entry => [entry.option, entry.default]))
  // Those of objects by identity are of no interest here.
  const { brokers: _, logger: __, ...plain } = defaults
  const MiB = 1024 * 1024
  expect(plain).toMatchObject({
    clientId: 'samsa',
    'net.maxOpenRequests': 5,
    'net.dialTimeoutMs': 10_000,
    'net.requestTimeoutMs': 30_000,
    'net.keepAliveMs': 30_000,
    'net.idleMs': 540_000,
    'net.tls': false,
    'net.maxRequestBytes': 100 * MiB,
    'net.maxResponseBytes': 100 * MiB,
    'metadata.retry.max': 5,
    'metadata.retry.backoffMs': 250,
    'metadata.retry.maxBackoffMs': 5_000,
    'metadata.refreshFrequencyMs': 300_000,
    'metadata.full': false,
    'metadata.timeoutMs': 60_000,
    'metadata.allowAutoTopicCreation': true,
    'producer.acks': -1,
    'producer.compression': 'none',
    'producer.compressionLevel': undefined,
    'producer.maxMessageBytes': 1_048_576,
    'producer.timeoutMs': 30_000,
    'producer.deliveryTimeoutMs': 120_000,
    'producer.retry.max': Infinity,
    'producer.retry.backoffMs': 100,
    'producer.retry.maxBackoffMs': 1_000,
    'consumer.fetch.minBytes': 1,
    'consumer.fetch.defaultBytes': MiB,
    'consumer.fetch.maxBytes': 50 * MiB,
    'consumer.maxWaitMs': 500,
    'consumer.maxBufferedBytes': 64 * MiB,
    'consumer.checkCrcs': true,
    'consumer.offsets.initial': 'newest',
    'consumer.retry.max': Infinity,
    'consumer.retry.backoffMs': 100,
    'consumer.retry.maxBackoffMs': 5_000,
    'admin.timeoutMs': 30_000,
    'admin.retry.max': 5,
    'admin.retry.backoffMs': 100,
    maxDecompressedBatchBytes: 256 * MiB,
  })
})
