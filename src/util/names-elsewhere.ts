const BROKERS = 'it is brokers'
const LINGER = 'it is producer.flush.frequencyMs'
const BATCH_SIZE = 'it is producer.flush.bytes, or producer.flush.maxMessages'
const LOGGER = 'it is logger, an object with debug, info, warn and error'
const GROUP = 'groups are read with kafka.consumerGroup(groupId)'

/** What is said of names that other Kafka clients have for something that is done in another way here. */
const NAMES = new Map([
  ['authenticationtimeout', 'it is net.dialTimeoutMs'],
  ['autocommit', 'it is consumer.offsets.autoCommit.enable'],
  ['batch.size', BATCH_SIZE],
  ['batchsize', BATCH_SIZE],
  ['bootstrap.servers', BROKERS],
  ['bootstrapservers', BROKERS],
  ['configentries', 'it is configs, an object with the names and values'],
  ['connectiontimeout', 'it is net.dialTimeoutMs'],
  ['createpartitioner', 'it is producer.partitioner'],
  ['earliest', "the start of a log is 'oldest'"],
  ['frombeginning', "begin with from: 'oldest'"],
  ['group.id', GROUP],
  ['groupid', GROUP],
  ['latest', "the end of a log is 'newest'"],
  ['linger', LINGER],
  ['linger.ms', LINGER],
  ['lingerms', LINGER],
  ['logcreator', LOGGER],
  ['loglevel', LOGGER],
  ['maxinflightrequests', 'it is net.maxOpenRequests'],
  ['messages', 'many messages, each with its topic, are sent by sendAll(messages)'],
  ['partitionsconsumedconcurrently', 'it is concurrency, of run()'],
  ['retries', 'it is retry.max'],
  ['retry', 'metadata, producer, consumer and admin have a retry each'],
  ['sasl', 'it is net.sasl'],
  ['sasl.jaas.config', 'it is net.sasl'],
  ['sasl.mechanism', 'it is net.sasl.mechanism'],
  ['ssl', 'it is net.tls'],
  ['transactionalid', 'transactions are not there yet'],
])

/** What is to be used here instead of the name; undefined where it means nothing elsewhere either. */
export function nameElsewhere(name: unknown): string | undefined {
  return typeof name === 'string' ? NAMES.get(name.toLowerCase()) : undefined
}
