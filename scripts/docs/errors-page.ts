import { knownBrokerErrors } from '../../src/errors/broker-codes.ts'
import * as samsa from '../../src/index.ts'
import * as testing from '../../src/testing.ts'
import { errorCalls } from './error-calls.ts'
import { cell, table } from './page.ts'

interface ErrorClass {
  readonly code: string
  readonly retriable: string
  /** What happened, and which fields it has. */
  readonly when: string
  readonly calls: string
  readonly whatToDo: string
}

const classes: Readonly<Record<string, ErrorClass>> = {
  ConfigurationError: {
    code: 'CONFIGURATION',
    retriable: 'no',
    when: 'an option or an argument cannot be; `problems` lists all of them, each with its `option`',
    calls: '`new Kafka` and every call with arguments, before anybody is asked',
    whatToDo: 'mend the program: the message names the option, and what it must be',
  },
  ConnectionError: {
    code: 'CONNECTION',
    retriable: 'yes',
    when: 'a broker cannot be reached, or its connection broke; `address`',
    calls:
      'whatever needs an answer: the first look-up, `admin`, `client`, `dialLeader`; producers and consumers try on by themselves',
    whatToDo: 'check `brokers`, ports, TLS, and what the brokers advertise (`advertised.listeners`)',
  },
  TimeoutError: {
    code: 'TIMEOUT',
    retriable: 'yes',
    when: 'the time of an option is over, which the message names; `cause` is the last failure',
    calls:
      '`send` (`producer.deliveryTimeoutMs`), look-ups (`metadata.timeoutMs`), any request (`net.requestTimeoutMs`)',
    whatToDo:
      'find out why the broker is slow or away, or raise that option; a message may have been written all the same',
  },
  AuthenticationError: {
    code: 'AUTHENTICATION',
    retriable: 'no',
    when: 'a broker did not let this client in (`net.sasl`), or did not prove who it is; where the broker said why, `cause` has its code',
    calls: 'whatever needs a connection',
    whatToDo: 'check `net.sasl` and the listener: see [security.md](security.md#errors)',
  },
  UnsupportedVersionError: {
    code: 'UNSUPPORTED_VERSION',
    retriable: 'no',
    when: 'the broker is too old, or too new, for an API or a field; `api`, `field`',
    calls: '`admin` and `client.request`; any call to brokers before Kafka 2.1',
    whatToDo: 'upgrade the broker, or leave out the option that needs the field',
  },
  ProtocolError: {
    code: 'PROTOCOL',
    retriable: 'no',
    when: "bytes that are not Kafka's protocol, or damaged record batches",
    calls: 'reading, and connecting to what is no Kafka, or to a TLS port without TLS',
    whatToDo: 'check the port and `net.tls`; of a batch see [consumer.md](consumer.md#errors)',
  },
  MessageTooLargeError: {
    code: 'MESSAGE_TOO_LARGE',
    retriable: 'no',
    when: 'a message or a request exceeds a limit, and was not sent; `sizeBytes`, `limitBytes`',
    calls: '`send`, `sendAll`, `enqueue`; requests larger than `net.maxRequestBytes`',
    whatToDo: "raise `producer.maxMessageBytes` and the topic's `max.message.bytes`, or send something smaller",
  },
  SerializationError: {
    code: 'SERIALIZATION',
    retriable: 'no',
    when: 'a key or a value cannot be turned into bytes, and was not sent; `topic`, `isKey`',
    calls: '`send`, `sendAll`, `enqueue`',
    whatToDo: 'mend the data or the serializer, whose own error is the `cause`',
  },
  DeserializationError: {
    code: 'SERIALIZATION',
    retriable: 'no',
    when: 'a `SerializationError`: a deserializer cannot read a message; `topic`, `partition`, `offset`, `isKey`',
    calls: 'reading with `consumer.key` or `consumer.value`',
    whatToDo: 'mend the data or the deserializer, or set `consumer.onDeserializationError`; go on at `offset + 1n`',
  },
  ProducerErrors: {
    code: 'PRODUCER_ERRORS',
    retriable: 'no',
    when: 'some messages failed, the others were written; `errors` has each message with its error',
    calls: '`sendAll`',
    whatToDo: 'look at the error of each message',
  },
  ClosedError: {
    code: 'CLOSED',
    retriable: 'no',
    when: 'the client, producer, consumer or group was closed',
    calls: 'everything after `close()`, and `close({ signal })` that gave messages up',
    whatToDo: 'close last; make another one to go on',
  },
  BrokerError: {
    code: "Kafka's name",
    retriable: 'as below',
    when: 'a broker answered with an error code; `brokerCode`, `brokerName`, and its own words in the message',
    calls: 'all that brokers are asked; of `admin`, as the `error` of an item',
    whatToDo: 'as below',
  },
  ExpectationError: {
    code: 'EXPECTATION',
    retriable: 'no',
    when: 'what was expected of a mock did not come, or something else did (`samsa/testing`)',
    calls: '`mockProducer()`, `mockConsumer()`',
    whatToDo: 'mend the code under test, or its test: see [testing.md](testing.md#mocks)',
  },
}

/** docs/errors.md. @throws where the classes above are not those that are exported. */
export function errorsPage(): string {
  checkClasses()
  const rows = Object.entries(classes).map(([name, { code, retriable, when, calls, whatToDo }]) =>
    [`\`${name}\``, code, retriable, when, calls, whatToDo].map(cell),
  )
  return `# Errors

Every error extends \`KafkaError\`: \`code\` is a stable name for \`switch\`, \`retriable\` tells whether the same call may
succeed later, \`remedy\` what would help, \`cause\` what lies behind it. Messages name the option, the topic-partition or the
broker.

${table(['class', 'code', 'retriable', 'when', 'which calls', 'what to do'], rows)}

When a signal is aborted, what waits rejects with the signal's own reason. Reading has no such error: the iteration over a
consumer whose signal is aborted just ends, as it does after \`close()\`.

## Remedies

\`remedy\` is what samsa itself goes by. What may heal has been tried again before you see it, as the \`retry\` options say.

| remedy | what samsa does | what is left to you |
|---|---|---|
| none | gives up: the same call would fail again | mend what the message says |
| retry | tries again after a wait | call again later |
| refresh-metadata | looks at the cluster anew, then tries again | call again later |
| find-coordinator | looks for the coordinator anew, then tries again | call again later |
| rejoin | the member of a group gives up what it has, and joins again | nothing: \`onLost\` is told where others may have begun |
| fatal | gives up; this producer, consumer or group cannot go on | mend what the message says, and make another one |

## Error codes of brokers

Made from the table in \`src/errors/broker-codes.ts\` by \`npm run docs\`. *Retriable* is what Java's client says; the remedy
is what samsa goes by. *Dealt with* is what samsa handles by itself: it is never thrown, but may be in an answer to \`client.request\`,
which leaves error codes to its caller.

${table(
  ['code', 'name', 'retriable', 'remedy', 'which calls', 'what happened, what to do'],
  knownBrokerErrors.map(({ code, name, retriable, remedy, text }) =>
    [String(code), name, retriable ? 'yes' : 'no', remedy, errorCalls[name as samsa.BrokerErrorName], text].map(cell),
  ),
)}
`
}

function checkClasses(): void {
  const exported = Object.entries({ ...samsa, ...testing })
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof samsa.KafkaError)
    .map(([name]) => name)
  const missing = exported.filter(name => classes[name] === undefined)
  const extra = Object.keys(classes).filter(name => !exported.includes(name))
  if (missing.length === 0 && extra.length === 0) return
  throw new Error(
    `scripts/docs/errors-page.ts: missing ${missing.join(', ') || 'nothing'}; not there ${extra.join(', ') || 'none'}`,
  )
}
