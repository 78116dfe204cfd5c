import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Body } from '../network/request.ts'
import type { Api, Response } from '../protocol/api.ts'
import { DescribeConfigs } from '../protocol/messages/describe-configs.ts'
import { ListConfigResources } from '../protocol/messages/list-config-resources.ts'
import { bool, oneOf, type RequiredLeaf, required, text } from '../util/options.ts'
import { type AdminCall, type AdminContext, failureOf, inCall, outcome, throwFailure } from './call.ts'
import { type AdminCallOptions, isText, items, listOf } from './check.ts'
import { Codes } from './codes.ts'
import { atBrokers } from './locate.ts'
import { scatter } from './scatter.ts'

/** What has a configuration of its own. */
export type ConfigResourceType = 'topic' | 'broker' | 'broker_logger' | 'client_metrics' | 'group'

/** Something with a configuration. */
export interface ConfigResource {
  readonly type: ConfigResourceType
  /** A broker and its loggers go by the node id; `''` is the default of all brokers. */
  readonly name: string
}

/** Where a value comes from. */
export type ConfigSource =
  | 'dynamic_topic_config'
  | 'dynamic_broker_config'
  | 'dynamic_default_broker_config'
  | 'static_broker_config'
  | 'default_config'
  | 'dynamic_broker_logger_config'
  | 'dynamic_client_metrics_config'
  | 'dynamic_group_config'
  | 'unknown'

export type ConfigType =
  | 'boolean'
  | 'string'
  | 'int'
  | 'short'
  | 'long'
  | 'double'
  | 'list'
  | 'class'
  | 'password'
  | 'unknown'

/** A place where an entry is set. */
export interface ConfigSynonym {
  readonly name: string
  /** Null for what is sensitive. */
  readonly value: string | null
  readonly source: ConfigSource
}

/** One entry of a configuration. */
export interface ConfigEntry {
  readonly name: string
  /** Null for what is sensitive, and for what is not set. */
  readonly value: string | null
  readonly source: ConfigSource
  /** Whether nobody has set it anywhere. */
  readonly isDefault: boolean
  readonly isReadOnly: boolean
  readonly isSensitive: boolean
  readonly type: ConfigType
  /** Every place where it is set, the strongest first; empty unless `includeSynonyms` is set. */
  readonly synonyms: readonly ConfigSynonym[]
  /** Absent unless `includeDocumentation` is set, and where the broker has none. */
  readonly documentation?: string
}

/** A resource whose configuration is wanted. */
export interface ConfigQuery extends ConfigResource {
  /** The names of the entries; by default all. */
  readonly keys?: readonly string[] | undefined
}

/** The configuration of a resource, or why it is not known. */
export interface ConfigDescription extends ConfigResource {
  readonly configs?: readonly ConfigEntry[]
  readonly error?: KafkaError
}

export interface DescribeConfigsOptions extends AdminCallOptions {
  /** Tell every place where an entry is set. Default false. */
  readonly includeSynonyms?: boolean | undefined
  /** Tell what the entries mean (KIP-569). Default false. */
  readonly includeDocumentation?: boolean | undefined
}

export interface ListConfigResourcesOptions extends AdminCallOptions {
  /** Of which types. By default of all. */
  readonly types?: readonly ConfigResourceType[] | undefined
}

export const resourceTypes = new Codes<ConfigResourceType>({
  topic: 2,
  broker: 4,
  broker_logger: 8,
  client_metrics: 16,
  group: 32,
})

const sources = new Codes<Exclude<ConfigSource, 'unknown'>>({
  dynamic_topic_config: 1,
  dynamic_broker_config: 2,
  dynamic_default_broker_config: 3,
  static_broker_config: 4,
  default_config: 5,
  dynamic_broker_logger_config: 6,
  dynamic_client_metrics_config: 7,
  dynamic_group_config: 8,
})

const types = new Codes<Exclude<ConfigType, 'unknown'>>({
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
})

const type = required(oneOf(undefined, resourceTypes.names)) as RequiredLeaf<ConfigResourceType>
/** The fields of a {@link ConfigResource}. */
export const configResource = { type, name: required(text(undefined, { empty: true })) }
const query = { ...configResource, keys: listOf<string>(isText) }

export function describeConfigs(
  context: AdminContext,
  given: readonly ConfigQuery[],
  options: DescribeConfigsOptions,
): Promise<ConfigDescription[]> {
  const table = { includeSynonyms: bool(false), includeDocumentation: bool(false) }
  return inCall(context, table, options, async (call, { includeSynonyms, includeDocumentation }) => {
    const resources = items(given, 'resources', query, resourceName)
    const outcomes = await askAboutConfigs(call, resources, async (theirs, ask) => {
      const body = {
        resources: theirs.map(({ type, name, keys = null }) => ({
          resourceType: resourceTypes.code(type),
          resourceName: name,
          configurationKeys: keys,
        })),
        includeSynonyms,
        ...(includeDocumentation ? { includeDocumentation } : {}),
      }
      const { results } = await ask(DescribeConfigs, body)
      return theirs.map(resource => {
        const result = results.find(each => isOf(each, resource))
        return (
          failureOf(`describing the configuration of ${resourceName(resource)}`, result) ?? {
            configs: result!.configs.map(entry),
          }
        )
      })
    })
    return resources.map(({ type, name }, i) => outcome({ type, name }, outcomes[i]!))
  })
}

export function listConfigResources(
  context: AdminContext,
  options: ListConfigResourcesOptions,
): Promise<ConfigResource[]> {
  const isType = (item: unknown) =>
    resourceTypes.names.includes(item as ConfigResourceType) ? undefined : `must be one of ${resourceTypes.names}`
  return inCall(context, { types: listOf<ConfigResourceType>(isType) }, options, async (call, { types = [] }) => {
    const body = types.length === 0 ? {} : { resourceTypes: types.map(type => resourceTypes.code(type)) }
    const answer = await call.ask(ListConfigResources, body, { any: true })
    throwFailure('listing config resources', answer)
    return answer.configResources.map(({ resourceType, resourceName }) => ({
      type: resourceTypes.name(resourceType) as ConfigResourceType,
      name: resourceName,
    }))
  })
}

/** Sends a request to where some resources belong. */
export type AskAboutConfigs = <A extends Api>(api: A, body: Body<A>) => Promise<Response<A>>

/** Asks each broker about what is its own, and any broker about the rest. */
export async function askAboutConfigs<R extends ConfigResource, Result>(
  call: AdminCall,
  resources: readonly R[],
  about: (theirs: readonly R[], ask: AskAboutConfigs) => Promise<readonly (Result | KafkaError)[]>,
): Promise<(Result | KafkaError)[]> {
  const outcomes = new Map<R, Result | KafkaError>()
  const keep = (some: readonly R[], told: readonly (Result | KafkaError)[]) => {
    for (const [i, each] of some.entries()) outcomes.set(each, told[i]!)
  }
  const ofBrokers = resources.filter(({ type, name }) => isOfBroker(type) && name !== '')
  const ofAll = resources.filter(each => !ofBrokers.includes(each))
  const ask = (broker: Broker, theirs: readonly R[]) => about(theirs, (api, body) => call.request(broker, api, body))
  const locate = atBrokers<R>(call, ({ name }) => Number(name))
  await Promise.all([
    scatter(call, ofBrokers, { locate, ask }).then(told => keep(ofBrokers, told)),
    ofAll.length === 0
      ? undefined
      : about(ofAll, (api, body) => call.ask(api, body, { any: true })).then(told => keep(ofAll, told)),
  ])
  return resources.map(each => outcomes.get(each)!)
}

/** Names a resource in errors, and tells it from others. */
export function resourceName({ type, name }: ConfigResource): string {
  const kind = type.replace('_', ' ')
  return name === '' ? `the default of ${kind}s` : `${kind} "${name}"`
}

/** Whether a part of an answer is about a resource. */
export function isOf(
  { resourceType, resourceName }: { readonly resourceType: number; readonly resourceName: string },
  { type, name }: ConfigResource,
): boolean {
  return resourceType === resourceTypes.code(type) && resourceName === name
}

function isOfBroker(type: ConfigResourceType): boolean {
  return type === 'broker' || type === 'broker_logger'
}

function entry(config: Response<typeof DescribeConfigs>['results'][number]['configs'][number]): ConfigEntry {
  const source = sources.name(config.configSource)
  return {
    name: config.name,
    value: config.value,
    source,
    isDefault: source === 'default_config',
    isReadOnly: config.readOnly,
    isSensitive: config.isSensitive,
    type: types.name(config.configType),
    synonyms: config.synonyms.map(({ name, value, source }) => ({ name, value, source: sources.name(source) })),
    ...(config.documentation === null || config.documentation === '' ? {} : { documentation: config.documentation }),
  }
}
