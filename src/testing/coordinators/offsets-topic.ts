/** The topic in which Kafka keeps offsets and groups. */
export const OFFSETS_TOPIC = '__consumer_offsets'
/** `offsets.topic.num.partitions`. */
const PARTITIONS = 50

/** The partition in which Kafka keeps a group: by the hash that Java has for strings. */
export function offsetsPartition(groupId: string): number {
  let hash = 0
  for (let i = 0; i < groupId.length; i++) hash = (Math.imul(31, hash) + groupId.charCodeAt(i)) | 0
  // The one number without a positive counterpart counts as 0.
  return (hash === -(2 ** 31) ? 0 : Math.abs(hash)) % PARTITIONS
}
