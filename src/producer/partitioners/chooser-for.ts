import { ConfigurationError } from '../../errors/client-errors.ts'
import { describeValue } from '../../util/options.ts'
import { builtInMaker } from './built-in.ts'
import type { TopicChooser, TopicLoad } from './chooser.ts'
import type { Partitioner, PartitionerCluster, PartitionerFunction, PartitionerObject } from './partitioner.ts'
import { candidates } from './topic-partitions.ts'

/**
 * The chooser of a producer for one topic, by whichever partitioner it was given.
 *
 * @param cluster What a {@link PartitionerFunction} is given.
 * @param random Like `Math.random`.
 */
export function chooserFor(
  partitioner: Partitioner,
  load: TopicLoad,
  cluster: PartitionerCluster,
  random: () => number = Math.random,
): TopicChooser {
  const make = builtInMaker(partitioner)
  if (make !== undefined) return make(load, random)
  return typeof partitioner === 'function' ? byFunction(partitioner, cluster) : byObject(partitioner)
}

/** What is wrong with a value that should be a partitioner. */
export function partitionerProblem(value: unknown): string | undefined {
  if (typeof value === 'function' || isPartitionerObject(value)) return undefined
  return `must be a partitioner such as defaultPartitioner(), a function, or an object with partition(), not ${describeValue(value)}`
}

function byFunction(partitioner: PartitionerFunction, cluster: PartitionerCluster): TopicChooser {
  return {
    choose(_key, message, { name, partitions: { length: count } }) {
      let answer: number
      try {
        answer = partitioner(message, cluster)
      } catch (cause) {
        throw thrown(cause, name)
      }
      if (!isIndex(answer, count)) throw unusable(answer, name, `a partition, 0 to ${count - 1}`)
      // Minus zero is one as well.
      return answer + 0
    },
  }
}

function byObject(partitioner: PartitionerObject): TopicChooser {
  return {
    choose(_key, message, topic) {
      const { name } = topic
      let all: boolean
      let count: number
      let answer: number
      try {
        const { requiresConsistency = false } = partitioner
        all =
          typeof requiresConsistency === 'function'
            ? requiresConsistency.call(partitioner, message)
            : requiresConsistency
        count = all ? topic.partitions.length : candidates(topic).length
        answer = partitioner.partition(message, count)
      } catch (cause) {
        throw thrown(cause, name)
      }
      if (!isIndex(answer, count)) {
        throw unusable(
          answer,
          name,
          all ? `a partition, 0 to ${count - 1}` : `an index of the ${count} writable partitions, 0 to ${count - 1}`,
        )
      }
      return all ? answer + 0 : candidates(topic)[answer]!
    },
  }
}

function isIndex(answer: unknown, count: number): boolean {
  return Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) < count
}

function isPartitionerObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'partition' in value && typeof value.partition === 'function'
}

function thrown(cause: unknown, topic: string): ConfigurationError {
  const said = cause instanceof Error ? cause.message : describeValue(cause)
  const problem = `it threw for a message to topic "${topic}": ${said}`
  return new ConfigurationError([{ option: 'producer.partitioner', problem }], { cause })
}

function unusable(answer: unknown, topic: string, wanted: string): ConfigurationError {
  const problem = `it answered ${describeAnswer(answer)} for a message to topic "${topic}" instead of ${wanted}`
  return new ConfigurationError([{ option: 'producer.partitioner', problem }])
}

function describeAnswer(answer: unknown): string {
  if (isPartitionerObject(answer)) return 'a partitioner (the function that makes it was given, without calling it)'
  if (!(answer instanceof Promise)) return describeValue(answer)
  // Nobody else will look at it.
  answer.catch(() => {})
  return 'a promise'
}
