/** What to start. */
export interface KafkaOptions {
  /** One broker (the default) or three, each both broker and controller. */
  readonly brokers?: 1 | 3
  /** The Kafka release; see `defaultVersion` in `maven.ts`. */
  readonly version?: string
  /** Extra broker configuration, on every broker, e.g. `{ 'auto.create.topics.enable': 'false' }`. */
  readonly config?: Readonly<Record<string, string>>
  /**
   * More listeners beside the plain one, by upper-case name, each on a free port of its own; what they need (key stores,
   * `listener.name.<name>.…`) goes into `config`. Java only.
   */
  readonly listeners?: Readonly<Record<string, SecurityProtocol>>
  /** More arguments for `StorageTool format`, e.g. `['--add-scram', 'SCRAM-SHA-256=[name=a,password=b]']`. Java only. */
  readonly formatArguments?: readonly string[]
  /** In how many folders each broker keeps its logs; by default in one. Java only. */
  readonly logDirs?: number
  /** A quorum whose voters may change (KIP-853); by default they are fixed by the configuration. Java only. */
  readonly dynamicQuorum?: boolean
  /** The Java heap of each broker; by default 1g for one broker, 512m for each of three. Java only. */
  readonly heap?: string
  /** Java optimises all that it can, for benchmarks. Else brokers are slower, but start in two thirds of the time. Java only. */
  readonly fullSpeed?: boolean
  /**
   * Never use the external cluster of `KAFKA_BROKERS`: for tests that break brokers or depend on `config`, which an
   * external cluster is not asked about.
   */
  readonly exclusive?: boolean
  /** The brokers' ports; by default free ones. */
  readonly ports?: readonly number[]
}

/** How a listener is secured. */
export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

/** Where the Kafka comes from. */
export type KafkaKind = 'external' | 'docker' | 'java'

/** One broker, and what fault tests do to it. On an external cluster every control throws. */
export interface Broker {
  readonly id: number
  readonly host: string
  readonly port: number
  /** Ends it at once, as a crash does (SIGKILL). */
  kill(): Promise<void>
  /** Shuts it down in good order (SIGTERM), and waits for its end. */
  stop(): Promise<void>
  /** Starts it again with the same port and data; done when it answers. Needs a majority of controllers to be up. */
  start(): Promise<void>
  /** Freezes it: its sockets stay open, and nothing answers. */
  pause(): Promise<void>
  /** Thaws it. */
  resume(): Promise<void>
}

/** A running Kafka. */
export interface KafkaHandle extends AsyncDisposable {
  readonly kind: KafkaKind
  /** The release, or `unknown` for an external cluster unless `KAFKA_VERSION` says it. */
  readonly version: string
  /** The plain listeners, as `host:port`. */
  readonly bootstrap: readonly string[]
  /** All listeners by name, each as a list of `host:port`; `PLAINTEXT` is `bootstrap`. */
  readonly listeners: Readonly<Record<string, readonly string[]>>
  readonly brokers: readonly Broker[]
  /** The broker with this id; throws where there is none. */
  broker(id: number): Broker
  /** Ends all that was started and removes its files. Does nothing to an external cluster. */
  stop(): Promise<void>
}

/** What `up` writes down, for `down` and `status` to find the cluster again. */
export type Kept =
  | { readonly kind: 'java'; readonly folder: string }
  | { readonly kind: 'docker'; readonly project: string; readonly brokers: 1 | 3 }

/** A cluster that this process started, and may leave running behind it. */
export interface OwnKafka extends KafkaHandle {
  /** Lets the cluster outlive this process. */
  keep(): Promise<Kept>
}

/** The parts that every kind of handle has in common. */
export function handle<T extends { bootstrap: readonly string[]; brokers: readonly Broker[]; stop(): Promise<void> }>(
  parts: T,
): T & Pick<KafkaHandle, 'broker' | typeof Symbol.asyncDispose> {
  return {
    ...parts,
    broker(id: number) {
      const found = parts.brokers.find(broker => broker.id === id)
      if (found === undefined) throw new Error(`no broker ${id}: there are ${parts.brokers.map(b => b.id).join(', ')}`)
      return found
    },
    [Symbol.asyncDispose]: () => parts.stop(),
  }
}
