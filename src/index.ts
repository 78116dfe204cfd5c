/** A Kafka client for Node.js in pure TypeScript. */
export { Admin, type AdminOptions } from './admin/admin.ts'
export type { AdminCallOptions, CreatedTopic, CreateTopicsOptions, NewTopic, TopicOutcome } from './admin/topics.ts'
export { KafkaClient } from './cluster/kafka-client.ts'
export type { OffsetTime, StartOffset } from './cluster/list-offset.ts'
export type { BrokerList, KafkaConfig } from './config.ts'
export { Consumer, type ConsumerOptions } from './consumer/consumer.ts'
export { DeserializationError } from './consumer/deserialization-error.ts'
export { MergedConsumer } from './consumer/merged-consumer.ts'
export type { JsonOf, Message, MessageChanges, MessageJson, TopicPartition } from './consumer/message.ts'
export type { MessageBatch } from './consumer/message-batch.ts'
export { PartitionConsumer } from './consumer/partition-consumer.ts'
export type {
  ConsumeOptions,
  ConsumePartitionOptions,
  ConsumerInterceptor,
  OnDeserializationError,
  PartitionStart,
} from './consumer/types.ts'
export type { BrokerErrorName } from './errors/broker-codes.ts'
export { BrokerError } from './errors/broker-error.ts'
export {
  ClosedError,
  ConfigurationError,
  type ConfigurationProblem,
  ConnectionError,
  MessageTooLargeError,
  ProtocolError,
  SerializationError,
  TimeoutError,
  UnsupportedVersionError,
} from './errors/client-errors.ts'
export { KafkaError, type Remedy } from './errors/kafka-error.ts'
export { type ConsumerConfig, Kafka, type ProducerConfig } from './kafka.ts'
export type {
  BatchEvent,
  ConnectEvent,
  DeliveryEvent,
  DisconnectEvent,
  ErrorEvent,
  Hook,
  Hooks,
  OffsetResetEvent,
  RequestEvent,
  StalledEvent,
  ThrottleEvent,
} from './observe/hooks.ts'
export type { Logger } from './observe/logger.ts'
export { ProducerErrors } from './producer/errors.ts'
export { consistentCrc } from './producer/partitioners/consistent-crc.ts'
export { type DefaultPartitionerOptions, defaultPartitioner } from './producer/partitioners/default.ts'
export { customHash, hash, referenceHash } from './producer/partitioners/hash.ts'
export { manual } from './producer/partitioners/manual.ts'
export { murmur2 } from './producer/partitioners/murmur2.ts'
export type {
  Partitioner,
  PartitionerCluster,
  PartitionerFunction,
  PartitionerMessage,
  PartitionerObject,
} from './producer/partitioners/partitioner.ts'
export { random } from './producer/partitioners/random.ts'
export { roundRobin } from './producer/partitioners/round-robin.ts'
export { type StickyPartitionerOptions, sticky } from './producer/partitioners/sticky.ts'
export { Producer } from './producer/producer.ts'
export type {
  Data,
  DeliveryReport,
  Encoder,
  HeadersInit,
  ProducerInterceptor,
  ProducerMessage,
  ProducerStats,
  RecordMetadata,
  WaitOptions,
} from './producer/types.ts'
export { type RecordHeader, RecordHeaders } from './records/headers.ts'
export { bytes } from './serde/bytes.ts'
export { json } from './serde/json.ts'
export { double, int32, int64 } from './serde/numbers.ts'
export type { Deserializer, Serde, SerdeContext, Serializer } from './serde/serde.ts'
export { string } from './serde/string.ts'
export type { RetryPolicy } from './util/backoff.ts'
