/** A Kafka cluster inside the process, for tests. Published as `samsa/testing`. */
export { ConfigurationError, type ConfigurationProblem } from './errors/client-errors.ts'
export { KafkaError, type Remedy } from './errors/kafka-error.ts'
export type { KafkaRecord } from './records/record.ts'
export type { RecordBatch } from './records/record-batch.ts'
export { type Clock, type Timer, VirtualClock } from './testing/clock.ts'
export type { GroupView, MemberView, OffsetView } from './testing/coordinators/group-view.ts'
export type { FailingWhere, Fault } from './testing/faults/faults.ts'
export type { ReceivedRequest, RequestFilter } from './testing/faults/history.ts'
export type { OwnAnswer, RequestHandler } from './testing/faults/own-handler.ts'
export type { Where } from './testing/faults/where.ts'
export type { FixtureHeaders, FixtureMessage } from './testing/fixture-record.ts'
export type { ProduceOptions, Written } from './testing/fixtures.ts'
export type { ApiName, ClientConnection, RequestContext, RequestOf, ResponseOf } from './testing/handlers.ts'
export type { LogView } from './testing/log/log-view.ts'
export { MockCluster } from './testing/mock-cluster.ts'
export { ExpectationError } from './testing/mocks/expectation-error.ts'
export type { ExpectedMessage } from './testing/mocks/expected-message.ts'
export {
  type ExpectConsumeOptions,
  type MockConsumer,
  type MockConsumerOptions,
  mockConsumer,
} from './testing/mocks/mock-consumer.ts'
export type { MergedYield, MockMergedConsumer } from './testing/mocks/mock-merged-consumer.ts'
export type { MockPartitionConsumer } from './testing/mocks/mock-partition-consumer.ts'
export { type MockProducer, mockProducer } from './testing/mocks/mock-producer.ts'
export type { YieldedMessage } from './testing/mocks/yielded.ts'
export type { ApiVersionLimits, MockClusterOptions, TopicOptions } from './testing/options.ts'
export type { SaslMechanism, SaslOptions } from './testing/sasl/options.ts'
export type { CoordinatorType } from './testing/store.ts'
