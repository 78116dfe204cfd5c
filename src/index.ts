/** A Kafka client for Node.js in pure TypeScript. */
export { Admin, type AdminOptions } from './admin/admin.ts'
export type { AdminCallOptions, CreatedTopic, CreateTopicsOptions, NewTopic, TopicOutcome } from './admin/topics.ts'
export type { BrokerList, KafkaConfig } from './config.ts'
export { Consumer, type ConsumerOptions } from './consumer/consumer.ts'
export { Message, type MessageJson, type TopicPartition } from './consumer/message.ts'
export { MessageBatch } from './consumer/message-batch.ts'
export { PartitionConsumer } from './consumer/partition-consumer.ts'
export type { ConsumePartitionOptions, StartOffset } from './consumer/types.ts'
export type { BrokerErrorName } from './errors/broker-codes.ts'
export { BrokerError } from './errors/broker-error.ts'
export {
  ClosedError,
  ConfigurationError,
  type ConfigurationProblem,
  ConnectionError,
  MessageTooLargeError,
  ProtocolError,
  TimeoutError,
  UnsupportedVersionError,
} from './errors/client-errors.ts'
export { KafkaError, type Remedy } from './errors/kafka-error.ts'
export { Kafka } from './kafka.ts'
export type {
  BatchEvent,
  ConnectEvent,
  DeliveryEvent,
  DisconnectEvent,
  ErrorEvent,
  Hook,
  Hooks,
  RequestEvent,
  ThrottleEvent,
} from './observe/hooks.ts'
export type { Logger } from './observe/logger.ts'
export { ProducerErrors } from './producer/errors.ts'
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
export type { RetryPolicy } from './util/backoff.ts'
