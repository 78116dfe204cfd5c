/** A Kafka client for Node.js in pure TypeScript. */

export type { AclBinding, AclFilter, AclPatternType, AclResourceType, CreatedAcl, DeletedAcls } from './admin/acls.ts'
export { Admin, type AdminOptions } from './admin/admin.ts'
export type { AlterConfigOp, AlterConfigsOptions, AlteredConfigs, ConfigAlteration } from './admin/alter-configs.ts'
export type {
  AlteredGroupOffsets,
  GroupOffsetsAlteration,
  GroupOffsetsDeletion,
  NewGroupOffset,
  PartitionOutcome,
} from './admin/alter-group-offsets.ts'
export type { AclOperation } from './admin/authorized-operations.ts'
export type { AdminCallOptions } from './admin/check.ts'
export type { BrokerDescription, ClusterDescription, DescribeClusterOptions } from './admin/cluster.ts'
export type {
  ConfigDescription,
  ConfigEntry,
  ConfigQuery,
  ConfigResource,
  ConfigResourceType,
  ConfigSource,
  ConfigSynonym,
  ConfigType,
  DescribeConfigsOptions,
  ListConfigResourcesOptions,
} from './admin/configs.ts'
export type {
  CreateDelegationTokenOptions,
  DelegationToken,
  DescribeDelegationTokensOptions,
  ExpireDelegationTokenOptions,
  RenewDelegationTokenOptions,
} from './admin/delegation-tokens.ts'
export type {
  AssignedPartitions,
  DescribeGroupsOptions,
  GroupDescription,
  MemberDescription,
} from './admin/describe-groups.ts'
export type {
  DescribeTopicsOptions,
  ListTopicsOptions,
  PartitionDescription,
  TopicDescription,
  TopicListing,
} from './admin/describe-topics.ts'
export type { ElectedPartition, ElectionType } from './admin/elections.ts'
export type {
  DescribeFeaturesOptions,
  FeatureMetadata,
  FeatureUpdate,
  FinalizedFeature,
  SupportedFeature,
  UpdatedFeature,
  UpdateFeaturesOptions,
} from './admin/features.ts'
export type { GroupLag, ListGroupLagOptions, PartitionLag } from './admin/group-lag.ts'
export type { MemberToRemove, RemovedMember, RemoveMembersOptions } from './admin/group-members.ts'
export type { GroupOffset, GroupOffsets, GroupOffsetsQuery, ListGroupOffsetsOptions } from './admin/group-offsets.ts'
export type { GroupListing, GroupOutcome, ListGroupsOptions } from './admin/groups.ts'
export type {
  BrokerLogDirs,
  LogDirDescription,
  MovedReplica,
  ReplicaInfo,
  ReplicaLogDir,
  ReplicaMove,
  TopicPartitionReplica,
} from './admin/log-dirs.ts'
export type { ListedOffset, ListOffsetsOptions, OffsetQuery, OffsetSpec } from './admin/offsets.ts'
export type {
  AbortTransactionSpec,
  DescribeProducersOptions,
  PartitionProducers,
  ProducerState,
} from './admin/producers.ts'
export type {
  NewRaftVoter,
  QuorumInfo,
  QuorumNode,
  QuorumReplica,
  RaftListener,
  RaftVoter,
  RaftVoterOptions,
} from './admin/quorum.ts'
export type {
  AlterClientQuotasOptions,
  AlteredClientQuota,
  ClientQuota,
  ClientQuotaAlteration,
  ClientQuotaFilter,
  QuotaEntity,
  QuotaEntityType,
} from './admin/quotas.ts'
export type {
  AlterPartitionReassignmentsOptions,
  OngoingReassignment,
  PartitionReassignment,
  ReassignedPartition,
} from './admin/reassignments.ts'
export type { DeletedRecords, RecordsToDelete } from './admin/records.ts'
export type {
  AlteredUser,
  ScramCredential,
  UserScramCredentialAlteration,
  UserScramCredentials,
} from './admin/scram-users.ts'
export type { TopicName } from './admin/topic-names.ts'
export type {
  CreatedTopic,
  CreateTopicsOptions,
  DeletedTopic,
  NewPartitions,
  NewTopic,
  TopicOutcome,
} from './admin/topics.ts'
export type {
  FencedProducer,
  ListTransactionsOptions,
  TransactionDescription,
  TransactionListing,
} from './admin/transactions.ts'
export { KafkaClient, type PartitionLeader } from './cluster/kafka-client.ts'
export type { IsolationLevel, OffsetTime, StartOffset } from './cluster/list-offset.ts'
export type { RequestTarget } from './cluster/route.ts'
export type { BrokerNode } from './cluster/snapshot.ts'
export type { BrokerList, KafkaConfig } from './config.ts'
export type { ConsumerOptions } from './consumer/consumer.ts'
export { DeserializationError } from './consumer/deserialization-error.ts'
export type { JsonOf, Message, MessageChanges, MessageJson, TopicPartition } from './consumer/message.ts'
export type { MessageBatch } from './consumer/message-batch.ts'
export type { Consumer, MergedConsumer, PartitionConsumer } from './consumer/public.ts'
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
  AuthenticationError,
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
export { cooperativeSticky } from './group/assignors/cooperative-sticky.ts'
export { range } from './group/assignors/range.ts'
export type {
  BalanceStrategy,
  GroupPlan,
  MemberAssignment,
  PlanMember,
  PlanPartition,
  PlanTopic,
  RebalanceProtocol,
  SubscriptionContext,
} from './group/assignors/strategy.ts'
export { ConsumerGroup } from './group/consumer-group.ts'
export { roundRobin, sticky } from './group/namesakes.ts'
export type { OffsetManager, PartitionOffsetManager } from './group/offset-manager.ts'
export type { RunContext, RunOptions } from './group/run.ts'
export type { Claim, ConsumerGroupHandler, GroupSession } from './group/types.ts'
export { type ConsumerConfig, type DialLeaderOptions, Kafka, type ProducerConfig } from './kafka.ts'
export { LeaderConnection, type LeaderMessage, type LogOffsets } from './leader/leader-connection.ts'
export type { Credentials } from './network/sasl/credentials.ts'
export type { SaslOptions } from './network/sasl/options.ts'
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
  SlowHandlerEvent,
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
export type { StickyPartitionerOptions } from './producer/partitioners/sticky.ts'
export type { Producer } from './producer/public.ts'
export type {
  Data,
  DeliveryReport,
  Encoder,
  HeadersInit,
  ProducerInterceptor,
  ProducerMessage,
  ProducerStats,
  RecordMetadata,
} from './producer/types.ts'
export { type RecordHeader, RecordHeaders } from './records/headers.ts'
export { bytes } from './serde/bytes.ts'
export { json } from './serde/json.ts'
export { double, int32, int64 } from './serde/numbers.ts'
export type { Deserializer, Serde, SerdeContext, Serializer } from './serde/serde.ts'
export { string } from './serde/string.ts'
export type { RetryPolicy } from './util/backoff.ts'
export type { WaitOptions } from './util/known-keys.ts'
export type { ScramMechanism } from './util/scram.ts'
