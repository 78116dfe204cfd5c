import { configHandlers } from './apis/configs.ts'
import { deleteRecords } from './apis/delete-records.ts'
import { describeCluster } from './apis/describe-cluster.ts'
import { describeTopicPartitions } from './apis/describe-topic-partitions.ts'
import { fetch } from './apis/fetch.ts'
import type { FetchSessions } from './apis/fetch-session.ts'
import { findCoordinator } from './apis/find-coordinator.ts'
import { listOffsets } from './apis/list-offsets.ts'
import { metadata } from './apis/metadata.ts'
import { offsetForLeaderEpoch } from './apis/offset-for-leader-epoch.ts'
import { produce } from './apis/produce.ts'
import { describeProducers, writeTxnMarkers } from './apis/producers.ts'
import type { Services } from './apis/services.ts'
import { createPartitions, createTopics, deleteTopics } from './apis/topics.ts'
import type { Handlers } from './handlers.ts'

/** The APIs of brokers, besides those of coordinators. */
export function brokerHandlers(services: Services, sessionsOf: (broker: number) => FetchSessions): Handlers {
  return {
    Produce: produce(services),
    Fetch: fetch(services, sessionsOf),
    ListOffsets: listOffsets(services),
    Metadata: metadata(services),
    FindCoordinator: findCoordinator(services),
    CreateTopics: createTopics(services),
    DeleteTopics: deleteTopics(services),
    DeleteRecords: deleteRecords(services),
    OffsetForLeaderEpoch: offsetForLeaderEpoch(services),
    CreatePartitions: createPartitions(services),
    ...configHandlers(services),
    DescribeCluster: describeCluster(services),
    DescribeTopicPartitions: describeTopicPartitions(services),
    WriteTxnMarkers: writeTxnMarkers(services),
    DescribeProducers: describeProducers(services),
  }
}
