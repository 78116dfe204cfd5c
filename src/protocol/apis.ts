import { ApiVersions } from './messages/api-versions.ts'
import { CreateTopics } from './messages/create-topics.ts'
import { DeleteTopics } from './messages/delete-topics.ts'
import { Fetch } from './messages/fetch.ts'
import { FindCoordinator } from './messages/find-coordinator.ts'
import { InitProducerId } from './messages/init-producer-id.ts'
import { ListOffsets } from './messages/list-offsets.ts'
import { Metadata } from './messages/metadata.ts'
import { Produce } from './messages/produce.ts'

/** Every API that is declared, under Kafka's name. */
export const apis = {
  Produce,
  Fetch,
  ListOffsets,
  Metadata,
  FindCoordinator,
  ApiVersions,
  CreateTopics,
  DeleteTopics,
  InitProducerId,
} as const
