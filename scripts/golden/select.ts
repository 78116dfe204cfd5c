import type { Api } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis.ts'
import type { Fixture } from '../../test/golden/fixture.ts'
import type { KafkaCodec } from './kafka-codec.ts'
import type { Exchange } from './proxy.ts'
import { scriptClientId } from './session.ts'

/** A fixture should be small enough to be read. */
const READABLE_BYTES = 1200
/** What is larger is left out, where there is something else. */
const TOLERABLE_BYTES = 4000
const FAILURES_A_VERSION = 3

interface Pair {
  readonly kafka: string
  readonly exchange: Exchange
  readonly response: Buffer
  /** The error codes in the response; empty for a success. */
  readonly errors: string
}

/**
 * Of thousands of exchanges the few that are instructive: in every version of every API a success that says much, one of them
 * by a Java client, and failures that say little else.
 */
export async function selectFixtures(
  codec: KafkaCodec,
  sessions: readonly { readonly kafka: string; readonly exchanges: readonly Exchange[] }[],
): Promise<Map<Api, Fixture[]>> {
  const selected = new Map<Api, Fixture[]>()
  for (const api of Object.values(apis)) {
    const fixtures: Fixture[] = []
    for (let version = api.versions.min; version <= api.versions.max; version++) {
      const pairs: Pair[] = []
      for (const { kafka, exchanges } of sessions) {
        for (const exchange of exchanges) {
          if (exchange.apiKey !== api.key || exchange.version !== version || exchange.response === undefined) continue
          const { body } = await codec.read('response', api, version, exchange.response)
          pairs.push({ kafka, exchange, response: exchange.response, errors: errorsIn(body) })
        }
      }
      for (const pair of choose(api, pairs)) fixtures.push(...(await toFixtures(codec, api, pair)))
    }
    if (fixtures.length > 0) selected.set(api, fixtures)
  }
  return selected
}

function errorsIn(body: string): string {
  const codes = [...body.matchAll(/"\w*[eE]rrorCode":(-?\d+)/g)].map(([, code]) => Number(code))
  return [...new Set(codes.filter(code => code !== 0))].sort((a, b) => a - b).join()
}

function choose(api: Api, pairs: readonly Pair[]): Pair[] {
  const successes = new Map<string, Pair[]>()
  const failures = new Map<string, Pair[]>()
  for (const pair of pairs) {
    const [group, key] = pair.errors === '' ? [successes, sourceOf(api, pair)] : [failures, pair.errors]
    group.set(key, [...(group.get(key) ?? []), pair])
  }
  const good = [...successes.values()].map(richest)
  const tolerable = good.filter(pair => sizeOf(pair) <= TOLERABLE_BYTES)
  const bad = [...failures.values()].map(smallest).filter(pair => sizeOf(pair) <= TOLERABLE_BYTES)
  return [...(tolerable.length > 0 ? tolerable : good.slice(0, 1)), ...bad.slice(0, FAILURES_A_VERSION)]
}

/** Which successes are of one kind: of record batches every producer and consumer has something else to show. */
function sourceOf(api: Api, { exchange: { clientId }, kafka }: Pair): string {
  if (clientId.startsWith(scriptClientId)) return clientId
  const aboutRecords = api.key === apis.Produce.key || api.key === apis.Fetch.key
  return aboutRecords && /^(producer|consumer)-/.test(clientId) ? `${kafka} ${clientId}` : 'Java'
}

/** The largest that can still be read, else the smallest. */
function richest(pairs: readonly Pair[]): Pair {
  const readable = pairs.filter(pair => sizeOf(pair) <= READABLE_BYTES)
  return readable.length === 0 ? smallest(pairs) : readable.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a))
}

function smallest(pairs: readonly Pair[]): Pair {
  return pairs.reduce((a, b) => (sizeOf(b) < sizeOf(a) ? b : a))
}

function sizeOf({ exchange, response }: Pair): number {
  return exchange.request.length + response.length
}

async function toFixtures(codec: KafkaCodec, api: Api, { kafka, exchange, response }: Pair): Promise<Fixture[]> {
  const { version, request, clientId: client } = exchange
  const fixtures: Fixture[] = []
  for (const [direction, bytes] of [
    ['request', request],
    ['response', response],
  ] as const) {
    const { header, body, records } = await codec.read(direction, api, version, bytes)
    const says = { header, body, ...(records === undefined ? {} : { records }) }
    fixtures.push({ direction, version, kafka, client, ...says, bytes })
  }
  return fixtures
}
