import { beforeAll, describe, expect, it } from 'vitest'
import { readJar } from '../../scripts/kafka/jar.ts'
import { clientsJar } from '../../scripts/kafka/maven.ts'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { apis } from '../../src/protocol/apis.ts'
import { ConsumerProtocolAssignment } from '../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../src/protocol/embedded/consumer-protocol-subscription.ts'
import { ControlRecordTypeSchema, EndTxnMarker } from '../../src/protocol/embedded/control-record.ts'
import {
  clientApis,
  compareApi,
  compareWhole,
  type Definition,
  parseDefinition,
} from '../support/official-definitions.ts'

const embedded = [ConsumerProtocolSubscription, ConsumerProtocolAssignment, ControlRecordTypeSchema, EndTxnMarker]

let definitions: ReadonlyMap<string, Definition>
let reason: string | undefined

/** The official definitions, by the name of the message, out of the jar of the Kafka that the tests are run with. */
async function officialDefinitions(): Promise<ReadonlyMap<string, Definition>> {
  const files = await readJar(await clientsJar(), path => /^common\/message\/\w+\.json$/.test(path))
  const all = [...files.values()].map(file => parseDefinition(file.toString('utf8')))
  return new Map(all.map(definition => [definition.name, definition]))
}

beforeAll(async () => {
  const official = await orReason(officialDefinitions)
  if (official.ok) definitions = official.value
  else reason = official.reason
})

describe("conformance with Kafka's own definitions", () => {
  it.for(Object.values(apis))('$name is declared as Kafka defines it', (api, ctx) => {
    if (reason !== undefined) ctx.skip(reason)
    const request = definitions.get(`${api.name}Request`)
    const response = definitions.get(`${api.name}Response`)
    if (request === undefined || response === undefined) throw new Error(`Kafka does not define ${api.name}`)
    expect(compareApi(api, request, response)).toEqual([])
  })

  it.for(embedded)('$name, which is embedded in others, is declared as Kafka defines it', (message, ctx) => {
    if (reason !== undefined) ctx.skip(reason)
    expect(compareWhole(message.name, message, message.shape, definitions.get(message.name)!)).toEqual([])
  })

  it('is complete but for what it lists', ctx => {
    if (reason !== undefined) ctx.skip(reason)
    const all = clientApis(definitions.values())
    const declared: string[] = Object.values(apis).map(({ name }) => name)
    const missing = all.filter(name => !declared.includes(name))
    console.log(
      `${all.length - missing.length} of ${all.length} APIs for clients are declared. MISSING:`,
      missing.join(' '),
    )
    expect(Object.keys(apis)).toEqual(declared)
    // An API that is declared twice, or that Kafka does not offer to clients, would upset the sum.
    expect([...missing, ...declared].sort()).toEqual(all)
  })
})
