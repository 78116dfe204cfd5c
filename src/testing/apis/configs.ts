import { errorCodes } from '../../errors/broker-codes.ts'
import { brokerDefinitions } from '../configs/broker-configs.ts'
import { type Configs, configSources, type Definition, listOf } from '../configs/definition.ts'
import { topicDefinition, topicDefinitions } from '../configs/topic-configs.ts'
import type { Handlers, RequestOf, ResponseOf } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { ClusterState } from '../state/cluster-state.ts'
import type { Topic } from '../state/topic.ts'
import type { Services } from './services.ts'

type Entry = ResponseOf<'DescribeConfigs'>['results'][number]['configs'][number]
type Alteration = RequestOf<'IncrementalAlterConfigs'>['resources'][number]['configs'][number]

const TOPIC = 2
const BROKER = 4
const TYPES = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const
const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3
const TYPED_SINCE = 3

/** A value, and where it is set. */
interface Synonym {
  readonly name: string
  readonly value: string
  readonly source: number
}

/** Reads and changes configurations. Those of brokers cannot be changed while they run. */
export function configHandlers({
  state,
}: Services): Pick<Handlers, 'DescribeConfigs' | 'IncrementalAlterConfigs' | 'AlterConfigs'> {
  return {
    DescribeConfigs: ({ resources, includeSynonyms }, { version }) => ({
      throttleTimeMs: 0,
      results: resources.map(({ resourceType, resourceName, configurationKeys }) => {
        const entries = orRefusal(() => describeResource(state, resourceType, resourceName))
        const resource = { resourceType, resourceName }
        if (entries instanceof Refusal) {
          return { ...resource, errorCode: entries.errorCode, errorMessage: entries.message, configs: [] }
        }
        const configs = [...entries]
          .filter(([{ name }]) => configurationKeys?.includes(name) ?? true)
          .map(([definition, synonyms]) => entry(definition, synonyms, includeSynonyms, version))
        return { ...resource, errorCode: errorCodes.NONE, errorMessage: '', configs }
      }),
    }),
    IncrementalAlterConfigs: ({ resources, validateOnly }) => ({
      throttleTimeMs: 0,
      responses: resources.map(resource =>
        alter(state, resource, validateOnly, topic =>
          resource.configs.reduce((all, alteration) => altered(topic, all, alteration), topic.ownConfigs),
        ),
      ),
    }),
    AlterConfigs: ({ resources, validateOnly }) => ({
      throttleTimeMs: 0,
      responses: resources.map(resource =>
        alter(state, resource, validateOnly, () =>
          Object.fromEntries(resource.configs.map(({ name, value }) => [name, value ?? ''])),
        ),
      ),
    }),
  }
}

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

function alter(
  state: ClusterState,
  { resourceType, resourceName }: Resource,
  validateOnly: boolean,
  next: (topic: Topic) => Configs,
) {
  const outcome = orRefusal(() => {
    const topic = alteredTopic(state, resourceType, resourceName)
    topic.configure(next(topic), validateOnly)
  })
  const isRefused = outcome instanceof Refusal
  return {
    resourceType,
    resourceName,
    errorCode: isRefused ? outcome.errorCode : errorCodes.NONE,
    errorMessage: isRefused ? outcome.message : null,
  }
}

/** What a resource can be configured with, and every place where it is, the strongest first. */
function describeResource(state: ClusterState, type: number, name: string): Map<Definition, Synonym[]> {
  if (type === TOPIC) {
    const topic = namedTopic(state, name)
    return new Map([...topicDefinitions.values()].map(each => [each, topicSynonyms(each, topic, state.configs)]))
  }
  if (type === BROKER) {
    // The empty name stands for what all brokers have in common.
    if (name !== '' && !state.brokers.has(Number(name))) {
      throw new Refusal('INVALID_REQUEST', `Unexpected broker id ${name}`)
    }
    return new Map([...brokerDefinitions.values()].map(each => [each, brokerSynonyms(each, state.configs)]))
  }
  throw new Refusal('INVALID_REQUEST', `Unsupported resource type: ${type}`)
}

function namedTopic(state: ClusterState, name: string): Topic {
  const topic = state.topic(name)
  if (topic === undefined) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  return topic
}

function alteredTopic(state: ClusterState, type: number, name: string): Topic {
  if (type !== TOPIC) throw new Refusal('INVALID_REQUEST', 'Only the configuration of topics can be altered here.')
  return namedTopic(state, name)
}

function topicSynonyms(definition: Definition, { ownConfigs }: Topic, brokers: Configs): Synonym[] {
  const { name, brokerName } = definition
  const own = ownConfigs[name]
  const inherited = brokerName === undefined ? undefined : brokers[brokerName]
  return [
    ...(own === undefined ? [] : [{ name, value: own, source: configSources.topic }]),
    ...(inherited === undefined ? [] : [{ name: brokerName!, value: inherited, source: configSources.brokerFile }]),
    { name: brokerName ?? name, value: definition.default, source: configSources.builtIn },
  ]
}

function brokerSynonyms({ name, default: fallback }: Definition, brokers: Configs): Synonym[] {
  const set = brokers[name]
  return [
    ...(set === undefined ? [] : [{ name, value: set, source: configSources.brokerFile }]),
    { name, value: fallback, source: configSources.builtIn },
  ]
}

function entry(
  { name, type, readOnly }: Definition,
  synonyms: Synonym[],
  withSynonyms: boolean,
  version: number,
): Entry {
  const [{ value, source }] = synonyms as [Synonym]
  return {
    name,
    value,
    readOnly: readOnly ?? false,
    configSource: source,
    isSensitive: false,
    synonyms: withSynonyms ? synonyms : [],
    ...(version >= TYPED_SINCE && { configType: TYPES[type], documentation: null }),
  }
}

function altered(topic: Topic, configs: Configs, { name, configOperation, value }: Alteration): Configs {
  const { type } = topicDefinition(name)
  const { [name]: _, ...others } = configs
  if (configOperation === DELETE) return others
  if (value === null) throw new Refusal('INVALID_CONFIG', `Null value not supported for : ${name}`)
  if (configOperation === SET) return { ...others, [name]: value }
  if (configOperation !== APPEND && configOperation !== SUBTRACT) {
    throw new Refusal('INVALID_REQUEST', `Unknown operation type ${configOperation}`)
  }
  if (type !== 'list') {
    throw new Refusal('INVALID_CONFIG', `Can't append to or subtract from key ${name} because its type is not LIST.`)
  }
  const before = configs[name] === undefined ? topic.configList(name) : listOf(configs[name])
  const items = listOf(value)
  const kept = before.filter(item => !items.includes(item))
  return { ...others, [name]: (configOperation === APPEND ? [...kept, ...items] : kept).join(',') }
}
