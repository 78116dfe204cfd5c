import { kafkaOptions } from '../../src/config.ts'
import { listOptions, type OptionEntry } from '../../src/util/options.ts'
import { counterparts } from './counterparts.ts'
import { optionComments } from './option-comments.ts'
import { cell, table } from './page.ts'

interface Section {
  readonly title: string
  /** What is said above the table. */
  readonly text: string
  /** Beginnings of the names of its options. An option is in the last section that fits. */
  readonly prefixes: readonly string[]
}

const sections: readonly Section[] = [
  { title: 'The client', text: 'Of everything that a `Kafka` hands out.', prefixes: [''] },
  { title: 'net', text: 'Connections. Each broker has a few, opened when they are needed.', prefixes: ['net.'] },
  { title: 'metadata', text: 'What is known of topics, partitions and brokers.', prefixes: ['metadata.'] },
  {
    title: 'producer',
    text: 'Defaults of `kafka.producer()`; [producer.md](producer.md#options) says how they work together.',
    prefixes: ['producer.'],
  },
  {
    title: 'consumer',
    text: 'Defaults of `kafka.consumer()` and `kafka.consumerGroup()`; see [consumer.md](consumer.md#options).',
    prefixes: ['consumer.'],
  },
  {
    title: 'group',
    text: 'What `kafka.consumerGroup()` goes by besides; see [consumer-group.md](consumer-group.md). The options are parts of `consumer`.',
    prefixes: ['consumer.group.', 'consumer.offsets.autoCommit.', 'consumer.offsets.retry.'],
  },
  {
    title: 'admin',
    text: 'Defaults of `kafka.admin()`; see [admin.md](admin.md#how-calls-work).',
    prefixes: ['admin.'],
  },
]

const HEAD = ['option', 'type', 'default', 'range', 'meaning', 'sarama', 'kafka-go', 'Java']

/** docs/configuration.md. @throws where an option has no doc comment or no counterparts, or counterparts no option. */
export function configurationPage(): string {
  const comments = optionComments()
  const options = listOptions(kafkaOptions)
  const unknown = [...counterparts.keys()].filter(name => !options.some(({ option }) => option === name))
  if (unknown.length > 0) throw new Error(`scripts/docs/counterparts.ts has what is no option: ${unknown.join(', ')}`)
  return `# Configuration

Made from the option tables by \`npm run docs\`. Every option of \`new Kafka(config)\`; only \`brokers\` must be given.
\`kafka.producer(options)\`, \`kafka.consumer(options)\`, \`kafka.consumerGroup(groupId, options)\` and \`kafka.admin(options)\`
override their slice for one child.

Durations are in milliseconds, sizes in bytes. A configuration is checked as a whole: the \`ConfigurationError\` lists every
problem, and an unknown option is one of them. The resolved configuration is frozen.

The columns on the right have the names in \`sarama.Config\` (1.50), in kafka-go (0.4), and in the configuration of Java's clients
(Kafka 4.3), with their defaults in brackets. Names of kafkajs are in [from-kafkajs.md](from-kafkajs.md).

${sections.map(({ title }) => `[${title}](#${title.toLowerCase().replaceAll(' ', '-')})`).join(' · ')}
${sections.map(section => sectionText(section, options, comments)).join('')}`
}

function sectionText(section: Section, options: readonly OptionEntry[], comments: ReadonlyMap<string, string>): string {
  const members = options.filter(({ option }) => sectionOf(option) === section)
  const notes = groupsOf(members).filter(group => comments.has(group))
  const text = notes.map(group => `- \`${group}\`: ${comments.get(group)?.replaceAll('\n', ' ')}`)
  return `
## ${section.title}

${section.text}

${table(
  HEAD,
  members.map(entry => row(entry, comments)),
)}
${notes.length === 0 ? '' : `\n${text.join('\n')}\n`}`
}

function sectionOf(option: string): Section {
  return sections.findLast(({ prefixes }) => prefixes.some(prefix => option.startsWith(prefix)))!
}

/** The tables that the options are in, each once. */
function groupsOf(options: readonly OptionEntry[]): string[] {
  return [...new Set(options.map(({ option }) => option.slice(0, Math.max(0, option.lastIndexOf('.')))))]
}

function row(entry: OptionEntry, comments: ReadonlyMap<string, string>): string[] {
  const comment = comments.get(entry.option)
  if (comment === undefined) throw new Error(`the option ${entry.option} has no doc comment`)
  const elsewhere = counterparts.get(entry.option)
  if (elsewhere === undefined) throw new Error(`the option ${entry.option} is not in scripts/docs/counterparts.ts`)
  const { sarama, kafkaGo, java } = elsewhere
  const names = [sarama, kafkaGo, java].map(name => cell(name || '–'))
  return [`\`${entry.option}\``, cell(entry.label), defaultOf(entry), rangeOf(entry), cell(comment), ...names]
}

function defaultOf({ default: value, shown, required }: OptionEntry): string {
  if (required) return 'must be given'
  if (shown !== undefined) return shown
  return value === undefined ? 'none' : `\`${typeof value === 'string' ? `'${value}'` : String(value)}\``
}

function rangeOf({ min, max }: OptionEntry): string {
  if (min === undefined || min === Number.MIN_SAFE_INTEGER) return ''
  const first = min.toLocaleString('en')
  if (max === Infinity) return `from ${first}, or \`Infinity\``
  // The bound of a safe integer goes without saying.
  return max === undefined || max === Number.MAX_SAFE_INTEGER
    ? `from ${first}`
    : `${first} to ${max.toLocaleString('en')}`
}
