import { randomBytes } from 'node:crypto'
import { describeValue } from '../../util/options.ts'
import { type Configs, listOf } from '../configs/definition.ts'
import { checkTopicConfigs, TopicConfigs, topicDefinition, topicValue } from '../configs/topic-configs.ts'
import { Refusal } from '../refusal.ts'
import { Partition } from './partition.ts'

const MAX_NAME_LENGTH = 249

/** A topic and its partitions. */
export class Topic {
  readonly id = newUuid()
  readonly name: string
  readonly #brokerConfigs: Configs
  readonly #partitions: Partition[] = []
  #ownConfigs: Configs
  #configs: TopicConfigs

  /** @throws {@link Refusal} for configurations that cannot be. */
  constructor(name: string, configs: Configs, brokerConfigs: Configs) {
    this.name = name
    this.#brokerConfigs = brokerConfigs
    checkTopicConfigs(configs)
    this.#ownConfigs = { ...configs }
    this.#configs = new TopicConfigs(configs, brokerConfigs)
  }

  get partitions(): readonly Partition[] {
    return this.#partitions
  }

  /** How many replicas its partitions have. */
  get replicationFactor(): number {
    return this.#partitions[0]?.replicas.length ?? 0
  }

  get configs(): TopicConfigs {
    return this.#configs
  }

  /** What is set for this topic itself. */
  get ownConfigs(): Configs {
    return this.#ownConfigs
  }

  /**
   * Sets what is set for this topic itself; with `validateOnly` only says whether that can be.
   *
   * @throws {@link Refusal} for configurations that cannot be; none of them is taken then.
   */
  configure(configs: Configs, validateOnly = false): void {
    checkTopicConfigs(configs)
    if (validateOnly) return
    this.#ownConfigs = { ...configs }
    this.#configs = new TopicConfigs(configs, this.#brokerConfigs)
  }

  /** The items of a configuration that is a list. */
  configList(name: string): string[] {
    return listOf(topicValue(topicDefinition(name), this.#ownConfigs, this.#brokerConfigs))
  }

  /** Adds one partition for each list of replicas. */
  grow(assignments: readonly (readonly number[])[]): Partition[] {
    const added = assignments.map(
      (replicas, i) => new Partition(this.name, this.#partitions.length + i, Object.freeze([...replicas])),
    )
    this.#partitions.push(...added)
    return added
  }
}

/** Kafka's kind of random id; its printed form never begins with a dash. */
export function newUuid(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? newUuid() : id
}

/** @throws {@link Refusal} for a name that no topic can have. */
export function checkTopicName(name: string): void {
  const invalid = (problem: string): Refusal =>
    new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${problem}`)
  if (typeof name !== 'string') throw invalid(`it must be a string, not ${describeValue(name)}`)
  if (name === '') throw invalid('the empty string is not allowed')
  if (name === '.' || name === '..') throw invalid("'.' or '..' is not allowed")
  if (name.length > MAX_NAME_LENGTH) throw invalid(`the length of '${name}' is longer than ${MAX_NAME_LENGTH}`)
  if (!/^[\w.-]+$/.test(name)) {
    throw invalid(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`)
  }
}
