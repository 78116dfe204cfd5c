import { once } from 'node:events'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { Connection } from '../../../src/network/connection.ts'
import type { NetContext } from '../../../src/network/context.ts'
import type { NetOptions } from '../../../src/network/dial.ts'
import { netOptions } from '../../../src/network/options.ts'
import { LoginPace } from '../../../src/network/sasl/login-pace.ts'
import type { Hooks } from '../../../src/observe/hooks.ts'
import type { Logger } from '../../../src/observe/logger.ts'
import type { Response } from '../../../src/protocol/api.ts'
import type { apis } from '../../../src/protocol/apis.ts'
import { type OptionsInput, resolveOptions } from '../../../src/util/options.ts'
import type { Asked, Peer } from '../../support/peer.ts'

function net(options: OptionsInput<typeof netOptions> = {}): NetOptions {
  return resolveOptions(netOptions, options, 'net')
}

interface ContextOptions {
  readonly net?: OptionsInput<typeof netOptions> | undefined
  readonly hooks?: Hooks | undefined
  readonly logger?: Partial<Logger> | undefined
}

/** What connections share, with defaults and a silent logger. */
export function context({ net: options, hooks = {}, logger }: ContextOptions = {}): NetContext {
  return {
    net: net(options),
    clientId: 'samsa',
    logins: new LoginPace(),
    hooks,
    logger: { debug() {}, info() {}, warn() {}, error() {}, ...logger },
  }
}

interface OpenOptions extends ContextOptions {
  readonly signal?: AbortSignal
  readonly firstCorrelationId?: number
}

/** A connection to a peer, closed when the test ends. */
export async function open(peer: Pick<Peer, 'address'>, options: OpenOptions = {}): Promise<Connection> {
  const { signal = new AbortController().signal, firstCorrelationId } = options
  const endpoint = { nodeId: 1, address: peer.address, label: 'broker 1', purpose: 'general' }
  const connection = await Connection.open(endpoint, context(options), signal, firstCorrelationId)
  onTestFinished(() => connection.close())
  return connection
}

/** A Metadata request that can be told from others by its topic. */
export function about(topic: string) {
  return { topics: [{ name: topic }] }
}

/** Answers a Metadata request: the cluster id repeats the topic that it was about. */
export function answerAbout(asked: Asked): void {
  asked.answer('Metadata', { brokers: [], topics: [], clusterId: topicOf(asked) })
}

export function topicOf(asked: Asked): string {
  return asked.body('Metadata').topics![0]!.name!
}

export const TOPIC_ID = 'AAECAwQFBgcICQoLDA0ODw'

/** A Fetch request of one partition. */
export const fetchBody = {
  maxWaitMs: 1,
  minBytes: 1,
  topics: [{ topicId: TOPIC_ID, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }] }],
  forgottenTopicsData: [],
}

/** The answer to {@link fetchBody}: so many bytes of records. */
export function fetched(records: Buffer) {
  const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 0n, abortedTransactions: null, records }
  return { responses: [{ topicId: TOPIC_ID, partitions: [partition] }] }
}

export function recordsOf({ responses }: Response<typeof apis.Fetch>): Buffer {
  return responses[0]!.partitions[0]!.records!
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof Error) return outcome.error
  throw new Error('the promise did not reject with an error', { cause: outcome })
}

/** Resolves when a socket is closed, or at once where it is. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close')
}
