import type { Request, Response } from '../../../../src/protocol/api.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../../src/protocol/codec.ts'
import { VirtualClock } from '../../../../src/testing/clock.ts'
import { Coordinators } from '../../../../src/testing/coordinators/coordinators.ts'
import type { CoordinatorOptions } from '../../../../src/testing/coordinators/options.ts'
import type { ApiName, ClientConnection, Handler, RequestOf } from '../../../../src/testing/handlers.ts'
import type { CoordinatorType, EndOfTransaction, Store } from '../../../../src/testing/store.ts'

interface FakeTopic {
  readonly partitions: number
  readonly id: string
}

/** A marker that was written. */
export interface Marker extends EndOfTransaction {
  readonly topic: string
  readonly partition: number
}

/** What coordinators see of a cluster, without logs and sockets. Broker 1 coordinates everything unless told otherwise. */
export class FakeStore implements Store {
  readonly clock = new VirtualClock(1_000_000)
  readonly markers: Marker[] = []
  owner: (type: CoordinatorType, key: string) => number | undefined = () => 1
  readonly #topics = new Map<string, FakeTopic>()
  readonly #listeners: ((topic: string) => void)[] = []

  createTopic(name: string, partitions: number): string {
    const id = Buffer.alloc(16, name.padEnd(16, '.')).toString('base64url')
    this.#topics.set(name, { partitions, id })
    return id
  }

  deleteTopic(name: string): void {
    this.#topics.delete(name)
    for (const listener of this.#listeners) listener(name)
  }

  coordinator(type: CoordinatorType, key: string): number | undefined {
    return this.owner(type, key)
  }

  partitions(topic: string): number | undefined {
    return this.#topics.get(topic)?.partitions
  }

  topicId(topic: string): string | undefined {
    return this.#topics.get(topic)?.id
  }

  topicName(topicId: string): string | undefined {
    return [...this.#topics].find(([, { id }]) => id === topicId)?.[0]
  }

  onTopicDeleted(listener: (topic: string) => void): void {
    this.#listeners.push(listener)
  }

  endTransaction(topic: string, partition: number, end: EndOfTransaction): void {
    this.markers.push({ topic, partition, ...end })
  }
}

type RequestBody<N extends ApiName> = Request<(typeof apis)[N]>
type ResponseBody<N extends ApiName> = Response<(typeof apis)[N]>

/** The coordinators of a cluster without logs and sockets, on a virtual clock. */
export class FakeCluster {
  readonly store = new FakeStore()
  readonly clock = this.store.clock
  readonly coordinators: Coordinators

  constructor(options: CoordinatorOptions = {}) {
    this.coordinators = new Coordinators(this.store, options)
    this.store.createTopic('orders', 4)
    this.store.createTopic('bills', 2)
  }

  /** Asks as a client would: request and answer go through the bytes of the version, by default the newest stable one. */
  async ask<N extends ApiName>(
    name: N,
    body: RequestBody<N>,
    { version = apis[name].stable, broker = 1, clientId = 'test' }: AskOptions = {},
  ): Promise<ResponseBody<N>> {
    const api = apis[name]
    const handler = this.coordinators.handlers[name] as Handler<N>
    const request = decodeRequest(api, version, encodeRequest(api, version, body)) as RequestOf<N>
    const answer = await handler(request, { api: name, version, clientId, broker, connection })
    if (answer === undefined) throw new Error(`${name} was not answered`)
    return decodeResponse(api, version, encodeResponse(api, version, answer)) as ResponseBody<N>
  }
}

export interface AskOptions {
  readonly version?: number
  readonly broker?: number
  readonly clientId?: string
}

const connection: ClientConnection = {
  id: 1,
  host: '127.0.0.1',
  principal: 'User:ANONYMOUS',
  expiresAtMs: undefined,
  onClose: () => () => {},
  closeAfterAnswer() {},
}

/** What a promise has come to when all that is ready has been done: its value, or undefined while it is pending. */
export async function now<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined
  promise.then(
    result => {
      value = result
    },
    () => {},
  )
  await new Promise(resolve => setImmediate(resolve))
  return value
}
