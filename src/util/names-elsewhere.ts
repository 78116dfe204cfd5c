/** What is said of names that other Kafka clients have for something that is done in another way here. */
const NAMES = new Map([
  ['groupid', 'groups are read with kafka.consumerGroup(groupId)'],
  ['group.id', 'groups are read with kafka.consumerGroup(groupId)'],
  ['frombeginning', "begin with from: 'oldest'"],
  ['earliest', "the start of a log is 'oldest'"],
  ['latest', "the end of a log is 'newest'"],
])

/** What is to be used here instead of the name; undefined where it means nothing elsewhere either. */
export function nameElsewhere(name: unknown): string | undefined {
  return typeof name === 'string' ? NAMES.get(name.toLowerCase()) : undefined
}
