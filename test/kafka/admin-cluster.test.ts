import { expect, it } from 'vitest'
import { failure } from '../support/failure.ts'
import { bootstrap, needsKafka, newKafka } from '../support/kafka.ts'

needsKafka()

it('describes the cluster', async () => {
  const admin = newKafka().admin()
  const [host, port] = bootstrap()[0]!.split(':')
  const described = await admin.describeCluster()
  expect(described).toEqual({
    clusterId: expect.stringMatching(/^[\w-]{22}$/),
    controllerId: 1,
    brokers: [{ nodeId: 1, host, port: Number(port), rack: expect.any(String), isFenced: false }],
  })
  const more = await admin.describeCluster({ includeAuthorizedOperations: true, includeFencedBrokers: true })
  expect(more).toMatchObject(described)
  expect(more.authorizedOperations).toEqual(expect.arrayContaining(['create', 'alter', 'idempotent_write']))
})

it('describes and updates features', async () => {
  const admin = newKafka().admin()
  const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = await admin.describeFeatures()
  const version = supportedFeatures.find(({ name }) => name === 'metadata.version')!
  const level = finalizedFeatures.find(({ name }) => name === 'metadata.version')!.maxVersionLevel
  expect(version.maxVersion).toBeGreaterThanOrEqual(level)
  expect(finalizedFeaturesEpoch).toBeGreaterThan(0n)
  expect(await admin.describeFeatures({ nodeId: 1 })).toMatchObject({ supportedFeatures })

  const groups = finalizedFeatures.find(({ name }) => name === 'group.version')!
  const same = { feature: 'group.version', maxVersionLevel: groups.maxVersionLevel }
  expect(await admin.updateFeatures([same], { validateOnly: true })).toEqual([{ feature: 'group.version' }])
  const [unknown] = await admin.updateFeatures([{ feature: 'samsa.version', maxVersionLevel: 1 }])
  expect(unknown).toMatchObject({ feature: 'samsa.version', error: { code: 'INVALID_UPDATE_VERSION' } })
  expect(unknown?.error?.message).toMatch(/updating feature "samsa\.version".*the broker says: .*samsa\.version/)
  const lower = { feature: 'group.version', maxVersionLevel: 0 }
  const [refused] = await admin.updateFeatures([lower], { validateOnly: true })
  expect(refused?.error).toMatchObject({ code: 'INVALID_UPDATE_VERSION' })
  const allowed = { ...lower, upgradeType: 'safe_downgrade' } as const
  expect(await admin.updateFeatures([allowed], { validateOnly: true })).toEqual([{ feature: 'group.version' }])
})

it('describes the quorum', async () => {
  const admin = newKafka().admin()
  const quorum = await admin.describeMetadataQuorum()
  expect(quorum).toMatchObject({ leaderId: 1, observers: [], nodes: [{ nodeId: 1 }] })
  expect(quorum.leaderEpoch).toBeGreaterThan(0)
  expect(quorum.highWatermark).toBeGreaterThan(0n)
  expect(quorum.voters).toHaveLength(1)
  expect(quorum.voters[0]).toMatchObject({ replicaId: 1, logEndOffset: expect.any(BigInt) })
})

it('says why the voters of a quorum that is not dynamic cannot change', async () => {
  const admin = newKafka().admin()
  const voter = { voterId: 9, voterDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ' }
  const listeners = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 1 }]
  const added = await failure(admin.addRaftVoter({ ...voter, listeners }))
  expect(added).toMatchObject({ code: 'UNSUPPORTED_VERSION' })
  expect(added.message).toContain('adding voter 9')
  const removed = await failure(admin.removeRaftVoter(voter, { clusterId: 'another' }))
  expect(removed.message).toContain('removing voter 9')
})

it('does not forget a broker that was never there', async () => {
  const error = await failure(newKafka().admin().unregisterBroker(77))
  expect(error).toMatchObject({ code: 'BROKER_ID_NOT_REGISTERED' })
  expect(error.message).toContain('unregistering broker 77')
})

it('describes folders of logs and the replicas in them', async () => {
  const kafka = newKafka()
  const admin = kafka.admin()
  const [created] = await admin.createTopics([{ name: `dirs-${Date.now()}`, partitions: 2 }])
  const topic = created!.name
  await kafka.producer().sendAll([0, 1].map(partition => ({ topic, partition, value: 'x'.repeat(1000) })))
  const [own, absent] = await admin.describeLogDirs([1, 77])
  expect(own?.logDirs).toHaveLength(1)
  const [dir] = own!.logDirs!
  expect(dir).toMatchObject({ path: expect.stringMatching(/^\//), isCordoned: false })
  expect(dir?.totalBytes).toBeGreaterThan(0n)
  const replicas = dir?.replicas.filter(replica => replica.topic === topic)
  expect(replicas?.map(({ partition }) => partition).toSorted()).toEqual([0, 1])
  for (const { sizeBytes } of replicas!) expect(sizeBytes).toBeGreaterThan(1000n)
  expect(absent).toMatchObject({ broker: 77, error: { code: 'BROKER_NOT_AVAILABLE' } })
  expect(await admin.describeLogDirs()).toMatchObject([{ broker: 1 }])

  expect(
    await admin.describeReplicaLogDirs([
      { topic, partition: 1, broker: 1 },
      { topic, partition: 9, broker: 1 },
      { topic, partition: 1, broker: 77 },
    ]),
  ).toEqual([
    { topic, partition: 1, broker: 1, current: { path: dir!.path, offsetLag: 0n } },
    { topic, partition: 9, broker: 1 },
    { topic, partition: 1, broker: 77, error: expect.objectContaining({ code: 'BROKER_NOT_AVAILABLE' }) },
  ])

  expect(
    await admin.alterReplicaLogDirs([
      { topic, partition: 0, broker: 1, path: dir!.path },
      { topic, partition: 1, broker: 1, path: '/nowhere' },
      { topic, partition: 1, broker: 77, path: dir!.path },
    ]),
  ).toEqual([
    { topic, partition: 0, broker: 1 },
    { topic, partition: 1, broker: 1, error: expect.objectContaining({ code: 'LOG_DIR_NOT_FOUND' }) },
    { topic, partition: 1, broker: 77, error: expect.objectContaining({ code: 'BROKER_NOT_AVAILABLE' }) },
  ])
})

it('sets, tells and removes quotas of clients', async () => {
  const admin = newKafka().admin()
  const user = `user-${Date.now()}`
  const both = { user, 'client-id': 'reports' }
  expect(
    await admin.alterClientQuotas([
      { entity: { user }, quotas: { producer_byte_rate: 1024, consumer_byte_rate: 2048 } },
      { entity: both, quotas: { request_percentage: 50 } },
      { entity: { user: `${user}-2` }, quotas: { no_such_rate: 1 } },
    ]),
  ).toEqual([
    { entity: { user } },
    { entity: both },
    { entity: { user: `${user}-2` }, error: expect.objectContaining({ code: 'INVALID_REQUEST' }) },
  ])
  const ofUser = { entity: { user }, quotas: { producer_byte_rate: 1024, consumer_byte_rate: 2048 } }
  const ofBoth = { entity: both, quotas: { request_percentage: 50 } }
  const described = (strict: boolean) => admin.describeClientQuotas({ entity: { user }, strict })
  await expect.poll(() => described(true)).toEqual([ofUser])
  await expect.poll(() => described(false)).toEqual(expect.arrayContaining([ofUser, ofBoth]))
  const anyClient = { entity: { user, 'client-id': { any: true } } } as const
  expect(await admin.describeClientQuotas(anyClient)).toEqual([ofBoth])
  await admin.alterClientQuotas([{ entity: { user }, quotas: { producer_byte_rate: null } }])
  await expect.poll(() => described(true)).toEqual([{ entity: { user }, quotas: { consumer_byte_rate: 2048 } }])
  const error = await failure(admin.alterClientQuotas([{ entity: { usr: 'x' } as never, quotas: {} }]))
  expect(error.message).toBe('quotas[0].entity.usr: there is no such type; known ones are user, client-id, ip')
})

it('sets, tells and deletes SCRAM credentials', async () => {
  const admin = newKafka().admin()
  const [alice, bob] = [`alice-${Date.now()}`, `bob-${Date.now()}`]
  expect(
    await admin.alterUserScramCredentials([
      { user: alice, mechanism: 'SCRAM-SHA-256', password: 'secret' },
      { user: bob, mechanism: 'SCRAM-SHA-256', delete: true },
    ]),
  ).toEqual([{ user: alice }, { user: bob, error: expect.objectContaining({ code: 'RESOURCE_NOT_FOUND' }) }])
  const salt = Buffer.from('not by chance')
  const stronger = { user: alice, mechanism: 'SCRAM-SHA-512', password: 'secret', iterations: 8192, salt } as const
  expect(await admin.alterUserScramCredentials([stronger])).toEqual([{ user: alice }])
  await expect
    .poll(() => admin.describeUserScramCredentials([alice, bob]))
    .toEqual([
      {
        user: alice,
        credentials: [
          { mechanism: 'SCRAM-SHA-256', iterations: 4096 },
          { mechanism: 'SCRAM-SHA-512', iterations: 8192 },
        ],
      },
      { user: bob, error: expect.objectContaining({ code: 'RESOURCE_NOT_FOUND' }) },
    ])
  expect((await admin.describeUserScramCredentials()).map(({ user }) => user)).toContain(alice)
  await admin.alterUserScramCredentials([{ user: alice, mechanism: 'SCRAM-SHA-512', delete: true }])
  await expect
    .poll(() => admin.describeUserScramCredentials([alice]))
    .toEqual([{ user: alice, credentials: [{ mechanism: 'SCRAM-SHA-256', iterations: 4096 }] }])
  const error = await failure(admin.alterUserScramCredentials([{ user: 'x', mechanism: 'SCRAM-SHA-256' }]))
  expect(error.message).toBe('alterations[0].password: must be given, unless delete is true')
})

it('says that there is no authorizer, and no token for who is not authenticated', async () => {
  const admin = newKafka().admin()
  expect(await failure(admin.describeAcls())).toMatchObject({ code: 'SECURITY_DISABLED' })
  const acl = { resourceType: 'topic', resourceName: 'a', principal: 'User:a', operation: 'read' } as const
  const [created] = await admin.createAcls([acl])
  expect(created).toMatchObject({ ...acl, error: { code: 'SECURITY_DISABLED' } })
  expect((await admin.deleteAcls([{}]))[0]).toMatchObject({ error: { code: 'SECURITY_DISABLED' } })
  for (const call of [
    () => admin.createDelegationToken(),
    () => admin.renewDelegationToken(Buffer.from('x')),
    () => admin.expireDelegationToken(Buffer.from('x')),
    () => admin.describeDelegationTokens(),
  ]) {
    expect((await failure(call())).message).toMatch(/DELEGATION_TOKEN_/)
  }
})
