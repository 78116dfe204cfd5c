/**
 * Compares every message that is declared with Kafka's own definitions: `npm run protocol:report`. Releases given as
 * arguments get a column each, `npm run protocol:report -- 3.9.1`: of the versions they share with the Kafka that is
 * compared with, none may be undeclared.
 */
import type { Api } from '../src/protocol/api.ts'
import { apis } from '../src/protocol/apis.ts'
import { ConsumerProtocolAssignment } from '../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../src/protocol/embedded/consumer-protocol-subscription.ts'
import { ControlRecordTypeSchema, EndTxnMarker } from '../src/protocol/embedded/control-record.ts'
import {
  clientApis,
  compareApi,
  compareMessage,
  type Definition,
  parseDefinition,
} from '../test/support/official-definitions.ts'
import { readJar } from './kafka/jar.ts'
import { clientsJar, defaultVersion } from './kafka/maven.ts'

type Definitions = ReadonlyMap<string, Definition>
interface Range {
  readonly min: number
  readonly max: number
}

/** Those that Kafka has a definition of; what assignors say to one another is in no file. */
const embedded = [ConsumerProtocolSubscription, ConsumerProtocolAssignment, ControlRecordTypeSchema, EndTxnMarker]

async function definitionsOf(release: string): Promise<Definitions> {
  const files = await readJar(await clientsJar(release), path => /^common\/message\/\w+\.json$/.test(path))
  const all = [...files.values()].map(file => parseDefinition(file.toString('utf8')))
  return new Map(all.map(definition => [definition.name, definition]))
}

function validVersions(definition: Definition | undefined): Range | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(definition?.validVersions ?? 'none')
  return match === null ? undefined : { min: Number(match[1]), max: Number(match[2] ?? match[1]) }
}

function show(range: Range | undefined): string {
  if (range === undefined) return '-'
  return range.min === range.max ? `${range.min}` : `${range.min}-${range.max}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map(row => row[i]!.length)))
  return [head, ...rows]
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Whether a version that two releases of Kafka have in common is not declared. */
function lacks(api: Api | undefined, kafka: Range | undefined, other: Range | undefined): boolean {
  if (kafka === undefined || other === undefined) return false
  const min = Math.max(kafka.min, other.min)
  const max = Math.min(kafka.max, other.max)
  return min <= max && (api === undefined || min < api.versions.min || max > api.versions.max)
}

const releases = process.argv.slice(2)
const kafka = await definitionsOf(defaultVersion)
const others = await Promise.all(releases.map(definitionsOf))

const declared = new Map<string, Api>(Object.entries(apis))
const wanted = clientApis(kafka.values())
const missing = wanted.filter(name => !declared.has(name))
const differences = [...declared].flatMap(([name, api]) => {
  const request = kafka.get(`${name}Request`)
  const response = kafka.get(`${name}Response`)
  if (request === undefined || response === undefined) return [`${name}: Kafka has no such API`]
  return compareApi(api, request, response)
})
for (const { name, shape, versions } of embedded) {
  const definition = kafka.get(name)
  const valid = validVersions(definition)
  if (definition === undefined) differences.push(`${name}: Kafka has no such message`)
  else if (show(valid) !== show(versions)) differences.push(`${name}: versions ${show(versions)}, Kafka ${show(valid)}`)
  else differences.push(...compareMessage(name, shape, versions, definition))
}

const names = [...new Set([...declared.keys(), ...wanted])]
const keyOf = (name: string) => declared.get(name)?.key ?? kafka.get(`${name}Request`)!.apiKey!
const rows = names
  .sort((a, b) => keyOf(a) - keyOf(b))
  .map(name => {
    const api = declared.get(name)
    const request = kafka.get(`${name}Request`)
    const stable = api !== undefined && api.stable < api.versions.max ? `stable ${api.stable}` : ''
    const theirs = validVersions(request)
    const cells = others.map(other => {
      const known = validVersions(other.get(`${name}Request`))
      return lacks(api, theirs, known) ? `${show(known)} NOT COVERED` : show(known)
    })
    return [
      String(keyOf(name)),
      name,
      api === undefined ? 'MISSING' : show(api.versions),
      stable,
      show(theirs),
      ...cells,
    ]
  })
console.log(table(['key', 'API', 'samsa', '', `Kafka ${defaultVersion}`, ...releases.map(r => `Kafka ${r}`)], rows))
console.log(`\n${embedded.length} embedded messages: ${embedded.map(({ name }) => name).join(', ')}`)
for (const line of differences) console.log(`DIFFERS ${line}`)

const uncovered = rows.flat().filter(cell => cell.endsWith('NOT COVERED')).length
console.log(`\n${declared.size} APIs declared: ${missing.length} missing, ${differences.length} differing`)
if (releases.length > 0) console.log(`${uncovered} with versions of ${releases.join(', ')} that are not covered`)
if (missing.length + differences.length + uncovered > 0) process.exitCode = 1
