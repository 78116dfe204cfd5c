import { ConfigurationError } from '../../errors/client-errors.ts'
import { builtIn } from './built-in.ts'
import type { PartitionerObject } from './partitioner.ts'

/**
 * Every message must name its partition; one that does not fails with a {@link ConfigurationError} that names
 * `message.partition`. Sarama's NewManualPartitioner.
 */
export function manual(): PartitionerObject {
  return builtIn(
    () => ({
      choose(_key, { partition }, { name, partitions }) {
        if (partition !== undefined) return partition
        const range = `topic "${name}" has ${partitions.length} partitions, 0 to ${partitions.length - 1}`
        const problem = `must be given, because producer.partitioner is manual(); ${range}`
        throw new ConfigurationError([{ option: 'message.partition', problem }])
      },
    }),
    true,
  )
}
