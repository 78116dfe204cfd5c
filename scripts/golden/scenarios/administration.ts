import { pbkdf2Sync } from 'node:crypto'
import { apis } from '../../../src/protocol/apis.ts'
import type { RawClient } from '../raw-client.ts'
import { type Topic, timeoutMs, unknownTopic } from './topics.ts'

const TOPIC = 2
const BROKER = 4

/** Configs, ACLs, quotas, users, features and the quorum. */
export async function administrationScenarios(client: RawClient, topic: Topic): Promise<void> {
  await configScenarios(client, topic)
  await aclScenarios(client)
  await userScenarios(client)
  await quorumScenarios(client)
  await telemetryScenarios(client)
}

async function configScenarios(client: RawClient, { name }: Topic): Promise<void> {
  const refused = [{ name: 'retention.ms', value: 'soon' }]
  const of = (resourceType: number, resourceName: string, configurationKeys: string[]) => {
    return { resourceType, resourceName, configurationKeys }
  }
  await client.each(apis.DescribeConfigs, version => ({
    resources: [
      of(TOPIC, name, ['retention.ms']),
      of(BROKER, '1', ['ssl.key.password', ...(version === 3 ? ['log.segment.bytes'] : [])]),
    ],
    includeSynonyms: true,
    includeDocumentation: version === 3,
  }))
  await client.each(apis.DescribeConfigs, () => ({
    resources: [of(TOPIC, unknownTopic, ['retention.ms'])],
    includeSynonyms: false,
  }))
  await client.each(apis.AlterConfigs, () => ({
    resources: [{ resourceType: TOPIC, resourceName: name, configs: [{ name: 'retention.ms', value: '-1' }] }],
    validateOnly: false,
  }))
  await client.each(apis.AlterConfigs, () => ({
    resources: [{ resourceType: TOPIC, resourceName: name, configs: refused }],
    validateOnly: true,
  }))
  await client.each(apis.IncrementalAlterConfigs, () => ({
    resources: [
      {
        resourceType: TOPIC,
        resourceName: name,
        configs: [
          { name: 'max.message.bytes', configOperation: 0, value: '100000' },
          { name: 'cleanup.policy', configOperation: 2, value: 'delete' },
          { name: 'segment.ms', configOperation: 1, value: null },
        ],
      },
    ],
    validateOnly: true,
  }))
  await client.each(apis.IncrementalAlterConfigs, () => ({
    resources: [
      { resourceType: TOPIC, resourceName: name, configs: refused.map(each => ({ ...each, configOperation: 0 })) },
    ],
    validateOnly: true,
  }))
  await client.each(apis.ListConfigResources, version => ({ resourceTypes: version === 0 ? [] : [BROKER] }))
}

async function aclScenarios(client: RawClient): Promise<void> {
  const acl = { resourceType: TOPIC, resourceName: 'golden-acl', resourcePatternType: 4, host: '*', operation: 3 }
  const anyAcl = { resourceTypeFilter: TOPIC, patternTypeFilter: 4, operation: 1, permissionType: 1 }
  const everything = { ...anyAcl, resourceNameFilter: 'golden-acl', principalFilter: null, hostFilter: null }
  for (const principal of ['User:golden', 'nobody']) {
    await client.each(apis.CreateAcls, () => ({ creations: [{ ...acl, principal, permissionType: 3 }] }))
  }
  await client.each(apis.DescribeAcls, () => everything)
  await client.each(apis.DeleteAcls, version => {
    const principalFilter = version === 3 ? 'User:golden' : 'User:somebody'
    return { filters: [{ ...everything, principalFilter }] }
  })
}

async function userScenarios(client: RawClient): Promise<void> {
  const entity = [
    { entityType: 'user', entityName: 'golden' },
    { entityType: 'client-id', entityName: null },
  ]
  await client.each(apis.AlterClientQuotas, () => ({
    entries: [{ entity, ops: [{ key: 'request_percentage', value: 12.5, remove: false }] }],
    validateOnly: false,
  }))
  await client.each(apis.AlterClientQuotas, () => ({
    entries: [{ entity, ops: [{ key: 'no_such_quota', value: 1, remove: false }] }],
    validateOnly: true,
  }))
  await client.each(apis.DescribeClientQuotas, () => ({
    components: [
      { entityType: 'user', matchType: 0, match: 'golden' },
      { entityType: 'client-id', matchType: 1, match: null },
    ],
    strict: true,
  }))
  await client.each(apis.DescribeClientQuotas, () => {
    return { components: [{ entityType: 'planet', matchType: 2, match: null }], strict: false }
  })
  const salt = Buffer.from('not-random-salt!')
  const saltedPassword = pbkdf2Sync('golden', salt, 4096, 32, 'sha256')
  await client.each(apis.AlterUserScramCredentials, () => ({
    deletions: [{ name: 'nobody', mechanism: 2 }],
    upsertions: [{ name: 'golden-user', mechanism: 1, iterations: 4096, salt, saltedPassword }],
  }))
  // What was set is seen when the broker has read it from the log of the controller.
  await new Promise(resolve => setTimeout(resolve, 500))
  await client.each(apis.DescribeUserScramCredentials, () => {
    return { users: [{ name: 'golden-user' }, { name: 'nobody' }] }
  })
}

async function quorumScenarios(client: RawClient): Promise<void> {
  const topicName = '__cluster_metadata'
  await client.each(apis.DescribeQuorum, () => ({ topics: [{ topicName, partitions: [{ partitionIndex: 0 }] }] }))
  await client.each(apis.DescribeQuorum, () => ({ topics: [{ topicName, partitions: [{ partitionIndex: 7 }] }] }))
  await client.each(apis.UpdateFeatures, () => ({
    featureUpdates: [{ feature: 'group.version', maxVersionLevel: 1 }],
    validateOnly: true,
  }))
  await client.each(apis.UpdateFeatures, () => ({
    featureUpdates: [{ feature: 'metadata.version', maxVersionLevel: 999 }],
    validateOnly: true,
  }))
  await client.each(apis.UnregisterBroker, () => ({ brokerId: 99 }))
  const listeners = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 65535 }]
  const voter = { clusterId: null, voterId: 99, voterDirectoryId: 'golden-voter-folder__A' }
  await client.each(apis.AddRaftVoter, () => ({ ...voter, timeoutMs, listeners }))
  await client.each(apis.RemoveRaftVoter, () => voter)
}

async function telemetryScenarios(client: RawClient): Promise<void> {
  const clientInstanceId = 'golden-client-instancA'
  const { GetTelemetrySubscriptions, PushTelemetry } = apis
  for (const version of client.versions(GetTelemetrySubscriptions)) {
    const answer = await client.attempt(GetTelemetrySubscriptions, version, { clientInstanceId })
    if (answer === undefined) continue
    const push = { clientInstanceId, terminating: false, compressionType: 0, metrics: Buffer.alloc(0) }
    await client.attempt(PushTelemetry, 0, { ...push, subscriptionId: answer.subscriptionId })
    await client.attempt(PushTelemetry, 0, { ...push, subscriptionId: answer.subscriptionId + 1 })
  }
}
