/** Writes the pages of docs/ that are made from tables, so that they cannot drift: `npm run docs`, `npm run docs -- --check`. */
import { readFile, writeFile } from 'node:fs/promises'
import { kafkaOptions } from '../src/config.ts'
import { knownBrokerErrors } from '../src/errors/broker-codes.ts'
import { listOptions, type OptionEntry } from '../src/util/options.ts'
import { optionComments } from './option-comments.ts'

const pages: Record<string, () => string> = {
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
}

const check = process.argv.includes('--check')
for (const [path, page] of Object.entries(pages)) {
  const text = page()
  const before = await readFile(path, 'utf8').catch(() => '')
  if (text === before) continue
  if (!check) await writeFile(path, text)
  else {
    console.error(`${path} is not what its tables say; run npm run docs`)
    process.exitCode = 1
  }
}

function configurationPage(): string {
  const comments = optionComments()
  const rows = listOptions(kafkaOptions).map(entry => {
    const comment = comments.get(entry.option)
    if (comment === undefined) throw new Error(`the option ${entry.option} has no doc comment`)
    return `| \`${entry.option}\` | ${type(entry)} | ${defaultOf(entry)} | ${cell(comment)} |`
  })
  return `# Configuration

Made from the option tables by \`npm run docs\`. Every option of \`new Kafka(config)\`; only \`brokers\` must be given.
\`kafka.producer(options)\`, \`kafka.consumer(options)\` and \`kafka.admin(options)\` override their slice for one child.

Durations are in milliseconds, sizes in bytes. A configuration is checked as a whole: the \`ConfigurationError\` lists every
problem, and an unknown option is one of them. The resolved configuration is frozen.

| option | type | default | meaning |
|---|---|---|---|
${rows.join('\n')}
`
}

function type({ label, min, max }: OptionEntry): string {
  const bounded = label === 'integer' || label === 'milliseconds' || label === 'bytes'
  if (!bounded) return cell(label)
  const from = min === undefined || min === Number.MIN_SAFE_INTEGER ? '' : ` from ${min}`
  // The bounds of an int32, of a timer and of a safe integer go without saying.
  const to = max === undefined || max >= 2 ** 31 - 1 ? '' : ` to ${max}`
  return `${label}${from}${to}`
}

function defaultOf({ default: value, shown, required }: OptionEntry): string {
  if (required) return 'must be given'
  if (shown !== undefined) return shown
  return value === undefined ? 'none' : `\`${typeof value === 'string' ? `'${value}'` : String(value)}\``
}

function errorsPage(): string {
  const rows = knownBrokerErrors.map(
    ({ code, name, retriable, remedy, text }) =>
      `| ${code} | ${name} | ${retriable ? 'yes' : 'no'} | ${remedy} | ${cell(text)} |`,
  )
  return `# Errors

Every error extends \`KafkaError\`: \`code\` is a stable name for \`switch\`, \`retriable\` tells whether the same call may
succeed later, \`remedy\` what would help, \`cause\` what lies behind it. Messages name the option, the topic-partition or the
broker.

| class | code | when |
|---|---|---|
| \`ConfigurationError\` | CONFIGURATION | an option or an argument cannot be; \`problems\` lists all of them |
| \`ConnectionError\` | CONNECTION | a broker cannot be reached, or its connection broke; \`address\` |
| \`TimeoutError\` | TIMEOUT | an option's time is over; the message names the option |
| \`UnsupportedVersionError\` | UNSUPPORTED_VERSION | the broker is too old, or too new, for an API or a field; \`api\`, \`field\` |
| \`ProtocolError\` | PROTOCOL | bytes that are not Kafka's protocol, or damaged record batches |
| \`MessageTooLargeError\` | MESSAGE_TOO_LARGE | a message or request exceeds a limit, and was not sent; \`sizeBytes\`, \`limitBytes\` |
| \`SerializationError\` | SERIALIZATION | a key or a value cannot be turned into bytes, or bytes into one; \`topic\`, \`isKey\` |
| \`DeserializationError\` | SERIALIZATION | a \`SerializationError\`: a consumer's deserializer cannot read a message; \`topic\`, \`partition\`, \`offset\`, \`isKey\`, and in \`cause\` what it threw |
| \`ProducerErrors\` | PRODUCER_ERRORS | some messages of a \`sendAll\` failed; \`errors\` has each message with its error |
| \`ClosedError\` | CLOSED | the client, producer, consumer or admin was closed |
| \`BrokerError\` | Kafka's name | a broker answered with an error code; \`brokerCode\`, \`brokerName\` |

When a signal is aborted, what waits rejects with the signal's own reason. Reading has no such error: the iteration over a
consumer whose signal is aborted just ends, as it does after \`close()\`.

## Error codes of brokers

Made from the table in \`src/errors/broker-codes.ts\` by \`npm run docs\`. *Retriable* is what Java's client says; the remedy
is what samsa goes by.

| code | name | retriable | remedy | what happened, what to do |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
