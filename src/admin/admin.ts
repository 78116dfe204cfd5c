// It has over 400 lines because each operation is a method of the one class that users have.
import type { Client } from '../cluster/client.ts'
import { ClosedError } from '../errors/client-errors.ts'
import type { Options } from '../util/options.ts'
import {
  type AclBinding,
  type AclFilter,
  type CreatedAcl,
  createAcls,
  type DeletedAcls,
  deleteAcls,
  describeAcls,
} from './acls.ts'
import {
  type AlterConfigsOptions,
  type AlteredConfigs,
  type ConfigAlteration,
  incrementalAlterConfigs,
} from './alter-configs.ts'
import {
  type AlteredGroupOffsets,
  alterGroupOffsets,
  deleteGroupOffsets,
  type GroupOffsetsAlteration,
  type GroupOffsetsDeletion,
} from './alter-group-offsets.ts'
import type { AdminContext } from './call.ts'
import type { AdminCallOptions } from './check.ts'
import { type ClusterDescription, type DescribeClusterOptions, describeCluster, unregisterBroker } from './cluster.ts'
import {
  type ConfigDescription,
  type ConfigQuery,
  type ConfigResource,
  type DescribeConfigsOptions,
  describeConfigs,
  type ListConfigResourcesOptions,
  listConfigResources,
} from './configs.ts'
import {
  type CreateDelegationTokenOptions,
  createDelegationToken,
  type DelegationToken,
  type DescribeDelegationTokensOptions,
  describeDelegationTokens,
  type ExpireDelegationTokenOptions,
  expireDelegationToken,
  type RenewDelegationTokenOptions,
  renewDelegationToken,
} from './delegation-tokens.ts'
import { type DescribeGroupsOptions, describeGroups, type GroupDescription } from './describe-groups.ts'
import {
  type DescribeTopicsOptions,
  describeTopics,
  type ListTopicsOptions,
  listTopics,
  type TopicDescription,
  type TopicListing,
} from './describe-topics.ts'
import { type ElectedPartition, type ElectionType, electLeaders } from './elections.ts'
import {
  type DescribeFeaturesOptions,
  describeFeatures,
  type FeatureMetadata,
  type FeatureUpdate,
  type UpdatedFeature,
  type UpdateFeaturesOptions,
  updateFeatures,
} from './features.ts'
import { type GroupLag, type ListGroupLagOptions, listGroupLag } from './group-lag.ts'
import {
  type MemberToRemove,
  type RemovedMember,
  type RemoveMembersOptions,
  removeMembersFromGroup,
} from './group-members.ts'
import {
  type GroupOffsets,
  type GroupOffsetsQuery,
  type ListGroupOffsetsOptions,
  listGroupOffsets,
} from './group-offsets.ts'
import { deleteGroups, type GroupListing, type GroupOutcome, type ListGroupsOptions, listGroups } from './groups.ts'
import {
  alterReplicaLogDirs,
  type BrokerLogDirs,
  describeLogDirs,
  describeReplicaLogDirs,
  type MovedReplica,
  type ReplicaLogDir,
  type ReplicaMove,
  type TopicPartitionReplica,
} from './log-dirs.ts'
import { type ListedOffset, type ListOffsetsOptions, listOffsets, type OffsetQuery } from './offsets.ts'
import type { adminOptions } from './options.ts'
import {
  type AbortTransactionSpec,
  abortTransaction,
  type DescribeProducersOptions,
  describeProducers,
  type PartitionProducers,
} from './producers.ts'
import {
  addRaftVoter,
  describeMetadataQuorum,
  type NewRaftVoter,
  type QuorumInfo,
  type RaftVoter,
  type RaftVoterOptions,
  removeRaftVoter,
} from './quorum.ts'
import {
  type AlterClientQuotasOptions,
  type AlteredClientQuota,
  alterClientQuotas,
  type ClientQuota,
  type ClientQuotaAlteration,
  type ClientQuotaFilter,
  describeClientQuotas,
} from './quotas.ts'
import {
  type AlterPartitionReassignmentsOptions,
  alterPartitionReassignments,
  listPartitionReassignments,
  type OngoingReassignment,
  type PartitionReassignment,
  type ReassignedPartition,
} from './reassignments.ts'
import { type DeletedRecords, deleteRecords, type RecordsToDelete } from './records.ts'
import {
  type AlteredUser,
  alterUserScramCredentials,
  describeUserScramCredentials,
  type UserScramCredentialAlteration,
  type UserScramCredentials,
} from './scram-users.ts'
import type { TopicName } from './topic-names.ts'
import {
  type CreatedTopic,
  type CreateTopicsOptions,
  createPartitions,
  createTopics,
  type DeletedTopic,
  deleteTopics,
  type NewPartitions,
  type NewTopic,
  type TopicOutcome,
} from './topics.ts'
import {
  describeTransactions,
  type FencedProducer,
  fenceProducers,
  type ListTransactionsOptions,
  listTransactions,
  type TransactionDescription,
  type TransactionListing,
} from './transactions.ts'

export type AdminOptions = Options<typeof adminOptions>

interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * Administers the cluster; made by `kafka.admin()`. The operations have Java's names.
 *
 * Where a call has many items each has its own outcome, in the order of the items: `error` is absent where all went well, and one that
 * failed does not fail the others. A {@link BrokerError} has the broker's words and samsa's.
 *
 * Requests go to where they belong (the controller, coordinators, leaders, every broker), together where one broker has many items.
 * What fails on its way, or meets the wrong broker, is tried again by `admin.retry`.
 *
 * All methods throw {@link ConfigurationError} for arguments that cannot be, before anybody is asked; {@link ConnectionError} or
 * {@link TimeoutError}, which name the brokers, when nobody answers; {@link UnsupportedVersionError} when the brokers are too old;
 * {@link BrokerError} where an operation is about one thing, or fails as a whole; and {@link ClosedError}.
 */
export class Admin implements AsyncDisposable {
  readonly #context: AdminContext
  #isClosed = false

  /** @internal */
  constructor(client: Client, { timeoutMs, retry }: AdminOptions) {
    this.#context = { client, timeoutMs, retry }
  }

  /**
   * Creates topics. With `validateOnly` it is only checked whether that would work.
   *
   * The controller has them then, while brokers may hear of them only seconds later: {@link describeTopics} may still answer
   * UNKNOWN_TOPIC_OR_PARTITION, as it does in Java. Producers, consumers and `kafka.client` wait for that by themselves.
   */
  async createTopics(topics: readonly NewTopic[], options: CreateTopicsOptions = {}): Promise<CreatedTopic[]> {
    return createTopics(this.#open(), topics, options)
  }

  /**
   * Deletes topics, with all their messages, by name or as `{ topicId }` (KIP-516, Kafka 2.8 and later). Brokers may hear of that only
   * seconds later, and tell of them until then.
   */
  async deleteTopics(topics: readonly TopicName[], options: AdminCallOptions = {}): Promise<DeletedTopic[]> {
    return deleteTopics(this.#open(), topics, options)
  }

  /** The topics of the cluster that this client may see, by name; with `listInternal` also those of Kafka's own. */
  async listTopics(options: ListTopicsOptions = {}): Promise<TopicListing[]> {
    return listTopics(this.#open(), options)
  }

  /**
   * The partitions of topics with their leaders and replicas, and where the brokers tell them (Kafka 3.8 and later) the eligible leader
   * replicas of KIP-966. Topics go by name, or as `{ topicId }` (Kafka 3.1 and later).
   */
  async describeTopics(topics: readonly TopicName[], options: DescribeTopicsOptions = {}): Promise<TopicDescription[]> {
    return describeTopics(this.#open(), topics, options)
  }

  /** Adds partitions to topics (KIP-195), which brokers may hear of only seconds later. Keys then go to other partitions than before. */
  async createPartitions(topics: readonly NewPartitions[], options: CreateTopicsOptions = {}): Promise<TopicOutcome[]> {
    return createPartitions(this.#open(), topics, options)
  }

  /** Deletes the oldest messages of partitions, up to an offset (KIP-107). */
  async deleteRecords(
    partitions: readonly RecordsToDelete[],
    options: AdminCallOptions = {},
  ): Promise<DeletedRecords[]> {
    return deleteRecords(this.#open(), partitions, options)
  }

  /** Which offsets places in the logs of partitions are, such as the first message that is not older than a time. */
  async listOffsets(partitions: readonly OffsetQuery[], options: ListOffsetsOptions = {}): Promise<ListedOffset[]> {
    return listOffsets(this.#open(), partitions, options)
  }

  /**
   * The configuration of topics, brokers, loggers, groups and client metrics: values, where they come from, and what they mean.
   */
  async describeConfigs(
    resources: readonly ConfigQuery[],
    options: DescribeConfigsOptions = {},
  ): Promise<ConfigDescription[]> {
    return describeConfigs(this.#open(), resources, options)
  }

  /** Changes single entries of configurations and leaves the others as they are (KIP-339, Kafka 2.3 and later). */
  async incrementalAlterConfigs(
    resources: readonly ConfigAlteration[],
    options: AlterConfigsOptions = {},
  ): Promise<AlteredConfigs[]> {
    return incrementalAlterConfigs(this.#open(), resources, options)
  }

  /**
   * The resources that have a configuration of their own (KIP-1142, Kafka 4.1 and later; of client metrics alone from 3.7 on).
   */
  async listConfigResources(options: ListConfigResourcesOptions = {}): Promise<ConfigResource[]> {
    return listConfigResources(this.#open(), options)
  }

  /** The id of the cluster, its brokers and its controller. */
  async describeCluster(options: DescribeClusterOptions = {}): Promise<ClusterDescription> {
    return describeCluster(this.#open(), options)
  }

  /** The features that brokers could support, and those that the cluster has agreed to use (KIP-584). */
  async describeFeatures(options: DescribeFeaturesOptions = {}): Promise<FeatureMetadata> {
    return describeFeatures(this.#open(), options)
  }

  /** Raises or lowers the levels at which the cluster uses features (KIP-584). From Kafka 4.0 on all of them change, or none. */
  async updateFeatures(
    updates: readonly FeatureUpdate[],
    options: UpdateFeaturesOptions = {},
  ): Promise<UpdatedFeature[]> {
    return updateFeatures(this.#open(), updates, options)
  }

  /**
   * The quorum of controllers: its leader, its voters and observers, and how far each has come (KIP-836, Kafka 3.3 and later).
   */
  async describeMetadataQuorum(options: AdminCallOptions = {}): Promise<QuorumInfo> {
    return describeMetadataQuorum(this.#open(), options)
  }

  /** Lets a controller vote in the quorum, where that is a dynamic one (KIP-853, Kafka 3.9 and later). */
  async addRaftVoter(voter: NewRaftVoter, options: RaftVoterOptions = {}): Promise<void> {
    return addRaftVoter(this.#open(), voter, options)
  }

  /** Takes the vote of a controller away, where the quorum is a dynamic one (KIP-853, Kafka 3.9 and later). */
  async removeRaftVoter(voter: RaftVoter, options: RaftVoterOptions = {}): Promise<void> {
    return removeRaftVoter(this.#open(), voter, options)
  }

  /** Forgets a broker that was shut down for good; under KRaft only. */
  async unregisterBroker(nodeId: number, options: AdminCallOptions = {}): Promise<void> {
    return unregisterBroker(this.#open(), nodeId, options)
  }

  /**
   * The groups that all brokers coordinate, by id. It throws when a broker cannot be asked, since the list would not be complete.
   */
  async listGroups(options: ListGroupsOptions = {}): Promise<GroupListing[]> {
    return listGroups(this.#open(), options)
  }

  /** The state and the members of consumer groups, of those of KIP-848 and of classic ones, with what each member reads. */
  async describeGroups(groupIds: readonly string[], options: DescribeGroupsOptions = {}): Promise<GroupDescription[]> {
    return describeGroups(this.#open(), groupIds, options)
  }

  /** Deletes groups that have no members, with their offsets. */
  async deleteGroups(groupIds: readonly string[], options: AdminCallOptions = {}): Promise<GroupOutcome[]> {
    return deleteGroups(this.#open(), groupIds, options)
  }

  /**
   * Takes members out of a classic group, static ones by their names (KIP-345, Kafka 2.4 and later). A member that is alive joins again.
   */
  async removeMembersFromGroup(
    groupId: string,
    members: readonly MemberToRemove[] | 'all',
    options: RemoveMembersOptions = {},
  ): Promise<RemovedMember[]> {
    return removeMembersFromGroup(this.#open(), groupId, members, options)
  }

  /** How far groups have read. A group that does not exist has no offsets. */
  async listGroupOffsets(
    groups: readonly (string | GroupOffsetsQuery)[],
    options: ListGroupOffsetsOptions = {},
  ): Promise<GroupOffsets[]> {
    return listGroupOffsets(this.#open(), groups, options)
  }

  /** Sets how far groups have read; they must have no members. A group that does not exist comes to be. */
  async alterGroupOffsets(
    groups: readonly GroupOffsetsAlteration[],
    options: AdminCallOptions = {},
  ): Promise<AlteredGroupOffsets[]> {
    return alterGroupOffsets(this.#open(), groups, options)
  }

  /** Lets groups forget how far they have read, of topics that no member of theirs is subscribed to (KIP-496). */
  async deleteGroupOffsets(
    groups: readonly GroupOffsetsDeletion[],
    options: AdminCallOptions = {},
  ): Promise<AlteredGroupOffsets[]> {
    return deleteGroupOffsets(this.#open(), groups, options)
  }

  /** How far groups are behind the ends of the partitions that they have committed offsets of. */
  async listGroupLag(groupIds: readonly string[], options: ListGroupLagOptions = {}): Promise<GroupLag[]> {
    return listGroupLag(this.#open(), groupIds, options)
  }

  /**
   * Begins to move partitions to other brokers, or stops that (KIP-455). {@link listPartitionReassignments} tells when they have arrived.
   */
  async alterPartitionReassignments(
    partitions: readonly PartitionReassignment[],
    options: AlterPartitionReassignmentsOptions = {},
  ): Promise<ReassignedPartition[]> {
    return alterPartitionReassignments(this.#open(), partitions, options)
  }

  /** Which of these partitions, by default of all, are on the move (KIP-455). */
  async listPartitionReassignments(
    partitions?: readonly TopicPartition[],
    options: AdminCallOptions = {},
  ): Promise<OngoingReassignment[]> {
    return listPartitionReassignments(this.#open(), partitions, options)
  }

  /** Elects the leaders of these partitions anew, by default of all (KIP-460). */
  async electLeaders(
    type: ElectionType,
    partitions?: readonly TopicPartition[],
    options: AdminCallOptions = {},
  ): Promise<ElectedPartition[]> {
    return electLeaders(this.#open(), type, partitions, options)
  }

  /** The folders of brokers, by default of all, and the replicas in them (KIP-113). */
  async describeLogDirs(brokers?: readonly number[], options: AdminCallOptions = {}): Promise<BrokerLogDirs[]> {
    return describeLogDirs(this.#open(), brokers, options)
  }

  /** In which folders replicas are, and to which they are moving (KIP-113). */
  async describeReplicaLogDirs(
    replicas: readonly TopicPartitionReplica[],
    options: AdminCallOptions = {},
  ): Promise<ReplicaLogDir[]> {
    return describeReplicaLogDirs(this.#open(), replicas, options)
  }

  /** Begins to move replicas to other folders of their brokers (KIP-113). */
  async alterReplicaLogDirs(replicas: readonly ReplicaMove[], options: AdminCallOptions = {}): Promise<MovedReplica[]> {
    return alterReplicaLogDirs(this.#open(), replicas, options)
  }

  /**
   * The transactional ids that all brokers coordinate (KIP-664, Kafka 3.0 and later). It throws when a broker cannot be asked.
   */
  async listTransactions(options: ListTransactionsOptions = {}): Promise<TransactionListing[]> {
    return listTransactions(this.#open(), options)
  }

  /** The state of transactional ids and what is part of their transactions (KIP-664, Kafka 3.0 and later). */
  async describeTransactions(
    transactionalIds: readonly string[],
    options: AdminCallOptions = {},
  ): Promise<TransactionDescription[]> {
    return describeTransactions(this.#open(), transactionalIds, options)
  }

  /**
   * The idempotent producers that partitions remember, and where their open transactions begin (KIP-664, Kafka 2.8 and later).
   */
  async describeProducers(
    partitions: readonly TopicPartition[],
    options: DescribeProducersOptions = {},
  ): Promise<PartitionProducers[]> {
    return describeProducers(this.#open(), partitions, options)
  }

  /** Aborts a transaction that hangs in a partition, without its coordinator (KIP-664). {@link describeProducers} finds those. */
  async abortTransaction(transaction: AbortTransactionSpec, options: AdminCallOptions = {}): Promise<void> {
    return abortTransaction(this.#open(), transaction, options)
  }

  /** Shuts out the producers with these transactional ids, and aborts what they have open. */
  async fenceProducers(transactionalIds: readonly string[], options: AdminCallOptions = {}): Promise<FencedProducer[]> {
    return fenceProducers(this.#open(), transactionalIds, options)
  }

  /** Creates ACLs. The brokers need an authorizer. */
  async createAcls(acls: readonly AclBinding[], options: AdminCallOptions = {}): Promise<CreatedAcl[]> {
    return createAcls(this.#open(), acls, options)
  }

  /** The ACLs that agree with all that the filter says. */
  async describeAcls(filter: AclFilter = {}, options: AdminCallOptions = {}): Promise<AclBinding[]> {
    return describeAcls(this.#open(), filter, options)
  }

  /** Deletes the ACLs that agree with all that one of the filters says: `{}` is all of them. */
  async deleteAcls(filters: readonly AclFilter[], options: AdminCallOptions = {}): Promise<DeletedAcls[]> {
    return deleteAcls(this.#open(), filters, options)
  }

  /** The quotas of users, client ids and addresses (KIP-546). */
  async describeClientQuotas(filter: ClientQuotaFilter = {}, options: AdminCallOptions = {}): Promise<ClientQuota[]> {
    return describeClientQuotas(this.#open(), filter, options)
  }

  /** Sets and removes quotas of users, client ids and addresses (KIP-546). */
  async alterClientQuotas(
    quotas: readonly ClientQuotaAlteration[],
    options: AlterClientQuotasOptions = {},
  ): Promise<AlteredClientQuota[]> {
    return alterClientQuotas(this.#open(), quotas, options)
  }

  /** With which mechanisms users can log in by SCRAM, by default of all who can (KIP-554). */
  async describeUserScramCredentials(
    users?: readonly string[],
    options: AdminCallOptions = {},
  ): Promise<UserScramCredentials[]> {
    return describeUserScramCredentials(this.#open(), users, options)
  }

  /** Sets and deletes SCRAM credentials of users (KIP-554). Passwords are salted and hashed here. The outcomes are one a user. */
  async alterUserScramCredentials(
    alterations: readonly UserScramCredentialAlteration[],
    options: AdminCallOptions = {},
  ): Promise<AlteredUser[]> {
    return alterUserScramCredentials(this.#open(), alterations, options)
  }

  /**
   * Makes a token to log in with (KIP-48). It takes a connection that is authenticated, by other means than a token. A retry may make
   * one that nobody hears of.
   */
  async createDelegationToken(options: CreateDelegationTokenOptions = {}): Promise<DelegationToken> {
    return createDelegationToken(this.#open(), options)
  }

  /** Lets a token live longer. Gives the time when it ends now, in milliseconds since 1970. */
  async renewDelegationToken(hmac: Uint8Array, options: RenewDelegationTokenOptions = {}): Promise<number> {
    return renewDelegationToken(this.#open(), hmac, options)
  }

  /** Ends a token, at once unless told otherwise. Gives the time when it ends, in milliseconds since 1970. */
  async expireDelegationToken(hmac: Uint8Array, options: ExpireDelegationTokenOptions = {}): Promise<number> {
    return expireDelegationToken(this.#open(), hmac, options)
  }

  /** The tokens that this client may see. */
  async describeDelegationTokens(options: DescribeDelegationTokensOptions = {}): Promise<DelegationToken[]> {
    return describeDelegationTokens(this.#open(), options)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(): AdminContext {
    if (this.#isClosed) throw new ClosedError('the admin is closed')
    return this.#context
  }
}
