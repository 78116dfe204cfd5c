import type { Remedy } from './kafka-error.ts'

/** Number, Kafka's name, whether Java's client calls it retriable, the remedy, and what happened and what to do. */
type Row = readonly [code: number, name: string, retriable: boolean, remedy: Remedy, text: string]

// The remedy says what samsa does; the flag is Java's, for users who know it. They differ on purpose in a few rows
// (REBOOTSTRAP_REQUIRED, STALE_MEMBER_EPOCH, BROKER_NOT_AVAILABLE): Java handles those outside its flag.
// OUT_OF_ORDER_SEQUENCE_NUMBER, DUPLICATE_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID and OFFSET_OUT_OF_RANGE have the remedy
// `none` because what to do depends on sequences and positions, which only the producer and the consumer know.
// biome-ignore format: one row a code.
const rows = [
  [-1, 'UNKNOWN_SERVER_ERROR', false, 'none', 'the broker failed in a way it has no code for; its log has the reason'],
  [0, 'NONE', false, 'none', 'no error'],
  [1, 'OFFSET_OUT_OF_RANGE', false, 'none', 'the partition has no record at this offset: it was deleted already or is not written yet; seek to an offset that exists'],
  [2, 'CORRUPT_MESSAGE', true, 'retry', 'a record batch arrived damaged, or has a null key in a compacted topic; if sending it again does not help, check the keys'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION', true, 'refresh-metadata', 'there is no such topic or partition, as far as the broker knows; if it was created a moment ago it will appear, otherwise check its name and the Describe permission'],
  [4, 'INVALID_FETCH_SIZE', false, 'none', 'the fetch asked for an impossible number of bytes; check consumer.fetch'],
  [5, 'LEADER_NOT_AVAILABLE', true, 'refresh-metadata', 'the partition has no leader at the moment; one is usually elected within seconds'],
  [6, 'NOT_LEADER_OR_FOLLOWER', true, 'refresh-metadata', 'the partition has moved away from this broker; its new leader has to be asked'],
  [7, 'REQUEST_TIMED_OUT', true, 'retry', 'the broker gave up waiting, mostly for replicas that are slow or down; the request may have taken effect all the same'],
  [8, 'BROKER_NOT_AVAILABLE', false, 'refresh-metadata', 'a broker that the request needs is down; wait until it is back'],
  [9, 'REPLICA_NOT_AVAILABLE', true, 'refresh-metadata', 'a replica that the request needs is not on this broker, or is not up'],
  [10, 'MESSAGE_TOO_LARGE', false, 'none', 'the batch is larger than the topic takes; lower producer.maxMessageBytes or raise the max.message.bytes of the topic'],
  [11, 'STALE_CONTROLLER_EPOCH', false, 'none', 'the controller changed while it worked on this; look at what was done before asking again'],
  [12, 'OFFSET_METADATA_TOO_LARGE', false, 'none', 'the metadata string committed with an offset is too long; shorten it or raise offset.metadata.max.bytes on the brokers'],
  [13, 'NETWORK_EXCEPTION', true, 'refresh-metadata', 'the connection was lost before the answer came; the request may have taken effect'],
  [14, 'COORDINATOR_LOAD_IN_PROGRESS', true, 'retry', 'the coordinator has just taken over and is still reading its state; ask again shortly'],
  [15, 'COORDINATOR_NOT_AVAILABLE', true, 'find-coordinator', 'no coordinator is up for this group or transactional id yet, as happens on first use and while brokers restart'],
  [16, 'NOT_COORDINATOR', true, 'find-coordinator', 'another broker is the coordinator now; look it up and ask there'],
  [17, 'INVALID_TOPIC_EXCEPTION', false, 'none', 'the topic name is not legal or the topic is reserved for Kafka; use up to 249 of the characters a-z A-Z 0-9 . _ -'],
  [18, 'RECORD_LIST_TOO_LARGE', false, 'none', 'the batch does not fit into a log segment; lower producer.maxMessageBytes or raise the segment.bytes of the topic'],
  [19, 'NOT_ENOUGH_REPLICAS', true, 'retry', 'nothing was written: fewer replicas are in sync than min.insync.replicas asks for; bring brokers back'],
  [20, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', true, 'retry', 'the batch is in the log of the leader, but replicas fell behind before enough had it; without idempotence, sending it again may duplicate it'],
  [21, 'INVALID_REQUIRED_ACKS', false, 'none', 'this value of producer.acks is not allowed; use -1, 0 or 1'],
  [22, 'ILLEGAL_GENERATION', false, 'rejoin', 'the group has moved on to another generation without this member; join again, and do not commit for the old one'],
  [23, 'INCONSISTENT_GROUP_PROTOCOL', false, 'none', 'no balance strategy is shared by this member and the rest of the group, or the group is of another kind; give all members a strategy in common'],
  [24, 'INVALID_GROUP_ID', false, 'none', 'the group id is empty or not legal; choose another'],
  [25, 'UNKNOWN_MEMBER_ID', false, 'rejoin', 'the coordinator has dropped this member, mostly for missing its session timeout; join again'],
  [26, 'INVALID_SESSION_TIMEOUT', false, 'none', 'consumer.group.sessionTimeoutMs is outside what the brokers allow (group.min.session.timeout.ms to group.max.session.timeout.ms)'],
  [27, 'REBALANCE_IN_PROGRESS', false, 'rejoin', 'partitions are being handed out anew; the member takes part by joining again'],
  [28, 'INVALID_COMMIT_OFFSET_SIZE', false, 'none', 'the commit is too large to be stored; commit fewer partitions at a time or shorter metadata'],
  [29, 'TOPIC_AUTHORIZATION_FAILED', false, 'none', 'this principal may not do this with the topic; ask for an ACL that allows it'],
  [30, 'GROUP_AUTHORIZATION_FAILED', false, 'none', 'this principal may not use the consumer group; ask for an ACL that allows it'],
  [31, 'CLUSTER_AUTHORIZATION_FAILED', false, 'none', 'this principal may not do this to the cluster; ask for an ACL that allows it'],
  [32, 'INVALID_TIMESTAMP', false, 'none', 'the timestamp of a record is too far from the clock of the broker; see message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic'],
  [33, 'UNSUPPORTED_SASL_MECHANISM', false, 'fatal', 'this listener does not offer the SASL mechanism; choose one that it has enabled'],
  [34, 'ILLEGAL_SASL_STATE', false, 'fatal', 'the broker did not expect this step of the SASL exchange; check that this listener speaks SASL'],
  [35, 'UNSUPPORTED_VERSION', false, 'none', 'the broker does not know this version of the request; it is older than what the call needs, so upgrade it'],
  [36, 'TOPIC_ALREADY_EXISTS', false, 'none', 'a topic with this name is there already; choose another name, or use that one'],
  [37, 'INVALID_PARTITIONS', false, 'none', 'the partition count is not possible; it must be at least 1, and can only grow'],
  [38, 'INVALID_REPLICATION_FACTOR', false, 'none', 'the replication factor must be at least 1 and no more than there are brokers'],
  [39, 'INVALID_REPLICA_ASSIGNMENT', false, 'none', 'the replica assignment names unknown or repeated brokers, or leaves out partitions'],
  [40, 'INVALID_CONFIG', false, 'none', 'a configuration name or value is not accepted; the message of the broker says which'],
  [41, 'NOT_CONTROLLER', true, 'refresh-metadata', 'another broker is the controller now; look it up and ask there'],
  [42, 'INVALID_REQUEST', false, 'none', 'the broker makes no sense of the request; the arguments contradict one another, or its log says more'],
  [43, 'UNSUPPORTED_FOR_MESSAGE_FORMAT', false, 'none', 'the log of the topic is in a message format too old for this; upgrade the format on the brokers'],
  [44, 'POLICY_VIOLATION', false, 'none', 'a policy set up on the cluster forbids this; the message of the broker says which'],
  [45, 'OUT_OF_ORDER_SEQUENCE_NUMBER', false, 'none', 'the sequence of the batch does not follow the last one the broker has from this producer: a batch before it is missing; the producer goes on by itself, but these messages may be written or not, so look before sending them again'],
  [46, 'DUPLICATE_SEQUENCE_NUMBER', false, 'none', 'the broker has had this batch before, too long ago to tell its offset; it is in the log and must not be sent again'],
  [47, 'INVALID_PRODUCER_EPOCH', false, 'fatal', 'a newer epoch of this producer id is in use, so another instance took over or the transaction timed out; abort it and start a new producer'],
  [48, 'INVALID_TXN_STATE', false, 'fatal', 'the transaction is not in a state that allows this step; close the producer and start a new one'],
  [49, 'INVALID_PRODUCER_ID_MAPPING', false, 'fatal', 'the transactional id now belongs to another producer id, as when it expired; start a new producer'],
  [50, 'INVALID_TRANSACTION_TIMEOUT', false, 'none', 'producer.transaction.timeoutMs is more than the transaction.max.timeout.ms of the brokers'],
  [51, 'CONCURRENT_TRANSACTIONS', true, 'retry', 'the last step of a transaction with this id is still being carried out; ask again shortly'],
  [52, 'TRANSACTION_COORDINATOR_FENCED', false, 'none', 'the transaction marker was sent in the name of a coordinator that has been replaced; describeProducers tells its epoch'],
  [53, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false, 'fatal', 'this principal may not use the transactional id; ask for an ACL that allows it'],
  [54, 'SECURITY_DISABLED', false, 'none', 'the cluster has no authorizer, so there are no ACLs to work with; set authorizer.class.name on the brokers'],
  [55, 'OPERATION_NOT_ATTEMPTED', false, 'none', 'the broker did not begin this one because another of the same request failed; mend that one and ask again'],
  [56, 'KAFKA_STORAGE_ERROR', true, 'refresh-metadata', 'a disk of the broker failed; another replica should take over'],
  [57, 'LOG_DIR_NOT_FOUND', false, 'none', 'the broker has no such log directory; describeLogDirs lists those it has'],
  [58, 'SASL_AUTHENTICATION_FAILED', false, 'fatal', 'the broker refused the credentials; check the user name, the password or token, and the mechanism'],
  [59, 'UNKNOWN_PRODUCER_ID', false, 'none', 'the broker has forgotten this producer, since all its records are deleted or it was idle for long; the producer goes on by itself, but these messages may be written or not, so look before sending them again'],
  [60, 'REASSIGNMENT_IN_PROGRESS', false, 'none', 'the partition is being reassigned; wait until that is done, or cancel it'],
  [61, 'DELEGATION_TOKEN_AUTH_DISABLED', false, 'none', 'delegation tokens are not switched on in the cluster; set delegation.token.secret.key on the brokers'],
  [62, 'DELEGATION_TOKEN_NOT_FOUND', false, 'none', 'the cluster has no such delegation token; it may have expired and been removed, so create a new one'],
  [63, 'DELEGATION_TOKEN_OWNER_MISMATCH', false, 'none', 'only the owner and the renewers of a delegation token may do this; ask as one of them'],
  [64, 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', false, 'none', 'delegation tokens are handed out only on authenticated connections that did not themselves use a token; log in with a password or a certificate'],
  [65, 'DELEGATION_TOKEN_AUTHORIZATION_FAILED', false, 'none', 'this principal may not do this with the delegation token; ask for an ACL that allows it'],
  [66, 'DELEGATION_TOKEN_EXPIRED', false, 'none', 'the delegation token has run out; create a new one'],
  [67, 'INVALID_PRINCIPAL_TYPE', false, 'none', 'this type of principal is not supported here; use User'],
  [68, 'NON_EMPTY_GROUP', false, 'none', 'the group still has members; stop them first'],
  [69, 'GROUP_ID_NOT_FOUND', false, 'none', 'the cluster has no such group; check its name: it may have been deleted, or has expired'],
  [70, 'FETCH_SESSION_ID_NOT_FOUND', true, 'retry', 'the broker has dropped the fetch session; a full fetch opens a new one'],
  [71, 'INVALID_FETCH_SESSION_EPOCH', true, 'retry', 'client and broker lost count of the fetches in the session; a full fetch opens a new one'],
  [72, 'LISTENER_NOT_FOUND', true, 'refresh-metadata', 'the leader has no listener of the name that this client came in by; give all brokers the same listeners'],
  [73, 'TOPIC_DELETION_DISABLED', false, 'none', 'the brokers do not let topics be deleted; set delete.topic.enable on them'],
  [74, 'FENCED_LEADER_EPOCH', true, 'refresh-metadata', 'there has been a leader election that this client has not heard of yet'],
  [75, 'UNKNOWN_LEADER_EPOCH', true, 'retry', 'this client knows of a leader election that the broker has not heard of yet; ask again shortly'],
  [76, 'UNSUPPORTED_COMPRESSION_TYPE', false, 'none', 'the compression codec cannot be used with this version of the request; zstd needs Kafka 2.1'],
  [77, 'STALE_BROKER_EPOCH', false, 'none', 'the broker that sent this has been registered anew since; only brokers see this'],
  [78, 'OFFSET_NOT_AVAILABLE', true, 'retry', 'the leader was just elected and cannot vouch for its end offset yet; ask again shortly'],
  [79, 'MEMBER_ID_REQUIRED', false, 'rejoin', 'the coordinator has handed out a member id; join again with it'],
  [80, 'PREFERRED_LEADER_NOT_AVAILABLE', true, 'refresh-metadata', 'the first replica of the partition is down or out of sync, so it cannot be made leader'],
  [81, 'GROUP_MAX_SIZE_REACHED', false, 'none', 'the group has as many members as group.max.size allows; stop some or raise it'],
  [82, 'FENCED_INSTANCE_ID', false, 'fatal', 'another member has joined with the same consumer.group.instanceId; give every member its own'],
  [83, 'ELIGIBLE_LEADERS_NOT_AVAILABLE', true, 'refresh-metadata', 'no replica that may become leader is up; bring its brokers back'],
  [84, 'ELECTION_NOT_NEEDED', true, 'refresh-metadata', 'the partition has the leader that the election would choose already'],
  [85, 'NO_REASSIGNMENT_IN_PROGRESS', false, 'none', 'the partition is not being reassigned, so there is nothing to cancel'],
  [86, 'GROUP_SUBSCRIBED_TO_TOPIC', false, 'none', 'members of the group are reading the topic; stop them before its offsets are deleted'],
  [87, 'INVALID_RECORD', false, 'none', 'the broker refuses a record of the batch, as for a missing key in a compacted topic; its message says which'],
  [88, 'UNSTABLE_OFFSET_COMMIT', true, 'retry', 'a transaction that commits offsets of the group is still open; ask again when it has ended'],
  [89, 'THROTTLING_QUOTA_EXCEEDED', true, 'retry', 'a quota on changes to the cluster is used up; ask again after the throttle time'],
  [90, 'PRODUCER_FENCED', false, 'fatal', 'another producer with the same transactional id has taken over; this one must be closed'],
  [91, 'RESOURCE_NOT_FOUND', false, 'none', 'what the request names is not there; check its name'],
  [92, 'DUPLICATE_RESOURCE', false, 'none', 'the request names the same thing twice; name it once'],
  [93, 'UNACCEPTABLE_CREDENTIAL', false, 'none', 'the credential does not meet the rules of the broker, such as 4,096 to 16,384 iterations of SCRAM; choose others'],
  [94, 'INCONSISTENT_VOTER_SET', false, 'none', 'sender and receiver do not agree on who votes in the controller quorum; compare controller.quorum.voters of all of them'],
  [95, 'INVALID_UPDATE_VERSION', false, 'none', 'the feature cannot be set to this version; describeFeatures shows the range'],
  [96, 'FEATURE_UPDATE_FAILED', false, 'none', 'the cluster failed to change the feature; the log of the controller has the reason'],
  [97, 'PRINCIPAL_DESERIALIZATION_FAILURE', false, 'none', 'the controller cannot read the principal that a broker forwarded; the security setup of the cluster is at fault'],
  [98, 'SNAPSHOT_NOT_FOUND', false, 'none', 'the controller has no such metadata snapshot; fetch the newest one'],
  [99, 'POSITION_OUT_OF_RANGE', false, 'none', 'the position lies outside the metadata snapshot; fetch it from its start'],
  [100, 'UNKNOWN_TOPIC_ID', true, 'refresh-metadata', 'this broker knows no topic with this id; it was just created, or deleted and created anew'],
  [101, 'DUPLICATE_BROKER_REGISTRATION', false, 'none', 'a live broker has this id already; give every broker its own node.id'],
  [102, 'BROKER_ID_NOT_REGISTERED', false, 'none', 'no broker with this id is registered; describeCluster lists those that are'],
  [103, 'INCONSISTENT_TOPIC_ID', true, 'refresh-metadata', 'the topic was deleted and created anew under the same name; what was read of the old one says nothing of the new one'],
  [104, 'INCONSISTENT_CLUSTER_ID', false, 'none', 'the receiver belongs to another cluster; check the addresses'],
  [105, 'TRANSACTIONAL_ID_NOT_FOUND', false, 'none', 'the coordinator knows no such transactional id; it was never used or has expired: listTransactions shows those it knows'],
  [106, 'FETCH_SESSION_TOPIC_ID_ERROR', true, 'retry', 'the fetch session mixes topics by name and by id; a full fetch opens a new one'],
  [107, 'INELIGIBLE_REPLICA', false, 'none', 'a replica that may not be in the in-sync set was named for it; only brokers see this'],
  [108, 'NEW_LEADER_ELECTED', false, 'none', 'the change went through and made another replica the leader; only brokers see this'],
  [109, 'OFFSET_MOVED_TO_TIERED_STORAGE', false, 'none', 'the offset is only in tiered storage now; only followers see this'],
  [110, 'FENCED_MEMBER_EPOCH', false, 'rejoin', 'the coordinator has written this member off; it gives up its partitions and joins again'],
  [111, 'UNRELEASED_INSTANCE_ID', false, 'fatal', 'another live member holds this consumer.group.instanceId; stop it first, or choose another id'],
  [112, 'UNSUPPORTED_ASSIGNOR', false, 'none', 'the group coordinator does not have the assignor that was asked for; group.consumer.assignors on the brokers lists those it has'],
  [113, 'STALE_MEMBER_EPOCH', false, 'retry', 'the member is about to get a new epoch with its next heartbeat; ask again with that one'],
  [114, 'MISMATCHED_ENDPOINT_TYPE', false, 'none', 'the request was meant for a broker and reached a controller, or the other way round; check the addresses'],
  [115, 'UNSUPPORTED_ENDPOINT_TYPE', false, 'none', 'the broker cannot list this kind of endpoint; ask a controller for controllers, and a broker for brokers'],
  [116, 'UNKNOWN_CONTROLLER_ID', false, 'none', 'no controller with this id is registered; describeMetadataQuorum lists the voters'],
  [117, 'UNKNOWN_SUBSCRIPTION_ID', false, 'none', 'the telemetry subscription has been replaced; fetch the new one before pushing again'],
  [118, 'TELEMETRY_TOO_LARGE', false, 'none', 'the telemetry is more than the broker takes at once; push less'],
  [119, 'INVALID_REGISTRATION', false, 'none', 'the controller does not accept how the broker registers; only brokers see this'],
  [120, 'TRANSACTION_ABORTABLE', false, 'none', 'the transaction cannot be committed any more; abort it, and the producer can begin another'],
  [121, 'INVALID_RECORD_STATE', false, 'none', 'the record cannot be acknowledged any more: its lock ran out or it was acknowledged before; it will be delivered again, if it has to be'],
  [122, 'SHARE_SESSION_NOT_FOUND', true, 'retry', 'the broker has dropped the share session; a new one is opened'],
  [123, 'INVALID_SHARE_SESSION_EPOCH', true, 'retry', 'client and broker lost count of the requests in the share session; a new one is opened'],
  [124, 'FENCED_STATE_EPOCH', false, 'none', 'the state of the share group was written with an outdated epoch; only brokers see this'],
  [125, 'INVALID_VOTER_KEY', false, 'none', 'the directory id of the voter is not that of the controller which was reached; its meta.properties has the right one'],
  [126, 'DUPLICATE_VOTER', false, 'none', 'this controller votes in the quorum already; there is nothing to add'],
  [127, 'VOTER_NOT_FOUND', false, 'none', 'this controller is not a voter of the quorum; describeMetadataQuorum lists the voters'],
  [128, 'INVALID_REGULAR_EXPRESSION', false, 'none', 'the broker cannot compile the pattern; it takes the syntax of RE2/J'],
  [129, 'REBOOTSTRAP_REQUIRED', false, 'refresh-metadata', 'what this client knows of the cluster is too old to be mended; it starts over from the bootstrap brokers'],
  [130, 'STREAMS_INVALID_TOPOLOGY', false, 'none', 'the streams topology cannot be used; the message of the broker says why'],
  [131, 'STREAMS_INVALID_TOPOLOGY_EPOCH', false, 'none', 'the epoch of the streams topology is not valid; members of one group need the same topology'],
  [132, 'STREAMS_TOPOLOGY_FENCED', false, 'fatal', 'the group runs a newer streams topology than this member; update the member'],
  [133, 'SHARE_SESSION_LIMIT_REACHED', true, 'retry', 'the broker has no room for another share session; ask again later or raise group.share.max.share.sessions'],
] as const satisfies readonly Row[]

type KnownRow = (typeof rows)[number]

/** Kafka's own name of an error code of its protocol. */
export type BrokerErrorName = KnownRow[1]

/** What is known of one error code. */
export interface BrokerErrorFacts {
  readonly code: number
  /** Kafka's name; for a code that is newer than samsa, `UNKNOWN_ERROR_CODE_` and the number. */
  readonly name: BrokerErrorName | `UNKNOWN_ERROR_CODE_${number}`
  /** Whether Java's client calls it retriable. */
  readonly retriable: boolean
  readonly remedy: Remedy
  /** What happened and what to do. */
  readonly text: string
}

/** The numbers by name, for comparing with an `errorCode` field: `errorCodes.NOT_COORDINATOR`. */
export const errorCodes = Object.freeze(Object.fromEntries(rows.map(([code, name]) => [name, code]))) as {
  readonly [R in KnownRow as R[1]]: R[0]
}

/** Every code that samsa knows, in the order of their numbers. */
export const knownBrokerErrors: readonly BrokerErrorFacts[] = Object.freeze(
  rows.map(([code, name, retriable, remedy, text]) => Object.freeze({ code, name, retriable, remedy, text })),
)

// Codes come from the wire on hot paths (one a partition of each response), so the lookup is an array index.
const lowest = knownBrokerErrors[0]!.code
const byCode: (BrokerErrorFacts | undefined)[] = []
for (const facts of knownBrokerErrors) byCode[facts.code - lowest] = facts

/** The facts of a code. Brokers may be newer than this table, so every number has an answer. */
export function brokerErrorFacts(code: number): BrokerErrorFacts {
  return (
    byCode[code - lowest] ?? {
      code,
      name: `UNKNOWN_ERROR_CODE_${code}`,
      retriable: false,
      remedy: 'none',
      text: 'the broker is newer than this client and answered with an error that it does not know',
    }
  )
}
