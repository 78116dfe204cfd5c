import { ClosedError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { SingleFlight } from '../util/single-flight.ts'
import { abortable } from '../util/wait.ts'
import { type Address, formatAddress } from './address.ts'
import { Connection } from './connection.ts'
import type { NetContext } from './context.ts'

/**
 * What a connection is for. One broker has at most one of each, so that a long poll of a fetch never stalls a produce
 * request or a heartbeat. Each consumer has a symbol of its own, so that none waits for the long poll of another.
 */
export type Purpose = 'general' | 'admin' | 'produce' | symbol

interface Lane {
  readonly opening: SingleFlight<Connection>
  readonly closing: AbortController
  connection: Connection | undefined
}

/** One broker: connections that are opened when they are first needed, and again after they broke. */
export class Broker {
  readonly nodeId: number
  readonly address: Address
  /** Names the broker in errors: `broker 2 (host:9092)`. */
  readonly label: string
  readonly #context: NetContext
  readonly #onLost: () => void
  readonly #lanes = new Map<Purpose, Lane>()
  readonly #closing = new AbortController()

  /**
   * A `nodeId` below 0 stands for a bootstrap address, whose node id is not known. `onLost` is called when a connection
   * that carries messages breaks: a leader may have moved, and with acks 0 a broker has no other way to say so.
   */
  constructor(nodeId: number, address: Address, context: NetContext, onLost: () => void) {
    this.nodeId = nodeId
    this.address = address
    this.label = nodeId < 0 ? formatAddress(address) : `broker ${nodeId} (${formatAddress(address)})`
    this.#context = context
    this.#onLost = onLost
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Whether a connection for this purpose is open now. */
  isConnected(purpose: Purpose): boolean {
    return this.#lanes.get(purpose)?.connection?.isClosed === false
  }

  /** The connection for a purpose where it is open now. */
  connected(purpose: Purpose): Connection | undefined {
    const connection = this.#lanes.get(purpose)?.connection
    return connection?.isClosed === false ? connection : undefined
  }

  /** The connection for a purpose, dialled if need be; concurrent callers share one dial. Throws as Connection.open. */
  async connection(purpose: Purpose, signal?: AbortSignal): Promise<Connection> {
    this.#closing.signal.throwIfAborted()
    const lane = this.#lane(purpose)
    if (lane.connection?.isClosed === false) return lane.connection
    return abortable(
      lane.opening.run(() => this.#open(lane, purpose)),
      signal,
    )
  }

  /** Closes the connection for a purpose that is over. */
  release(purpose: Purpose): void {
    const lane = this.#lanes.get(purpose)
    if (lane === undefined) return
    this.#lanes.delete(purpose)
    closeLane(lane, new ClosedError(`the connection to ${this.label} was closed`))
  }

  /** Closes all connections, those too that are just being opened. What waits for an answer rejects with `reason`. */
  close(reason: KafkaError = new ClosedError(`the connections to ${this.label} were closed`)): void {
    this.#closing.abort(reason)
    for (const lane of this.#lanes.values()) closeLane(lane, reason)
  }

  #lane(purpose: Purpose): Lane {
    const known = this.#lanes.get(purpose)
    if (known !== undefined) return known
    const lane: Lane = { opening: new SingleFlight(), closing: new AbortController(), connection: undefined }
    this.#lanes.set(purpose, lane)
    return lane
  }

  async #open(lane: Lane, purpose: Purpose): Promise<Connection> {
    const { signal } = lane.closing
    const { nodeId, address, label } = this
    const carried = typeof purpose === 'symbol' ? purpose.description : purpose
    const connection = await Connection.open({ nodeId, address, label, purpose: carried }, this.#context, signal)
    // Closed while the connection was handed over, when nobody held it any more or yet.
    if (signal.aborted) connection.close(signal.reason)
    signal.throwIfAborted()
    lane.connection = connection
    // Metadata itself goes over the general one: its loss is seen by whoever asked.
    if (purpose !== 'general') connection.whenLost(this.#onLost)
    return connection
  }
}

function closeLane({ closing, connection }: Lane, reason: KafkaError): void {
  closing.abort(reason)
  connection?.close(reason)
}
