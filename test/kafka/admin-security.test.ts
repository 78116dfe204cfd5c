import { expect, it, onTestFinished } from 'vitest'
import {
  type AclBinding,
  AuthenticationError,
  ConnectionError,
  type KafkaConfig,
  type SaslOptions,
} from '../../src/index.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { own } from './support/own.ts'
import { LONG_MS } from './support/restarts.ts'
import { PLAIN_PASSWORD, PLAIN_USER, startSecured } from './support/secured.ts'

needsKafka()

const server = own(startSecured)

it('ACLs decide what others may do; they are created, found and deleted', { timeout: LONG_MS }, async () => {
  const kafka = newKafka({ brokers: server().plain })
  const admin = kafka.admin()
  const topic = await newTopic(kafka)
  const hasty = { metadata: { retry: { max: 0 } } }
  const others = newKafka({ ...server().alice, ...hasty }).admin()
  const refused = await others.describeTopics([topic])
  expect(refused[0]?.error).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
  expect(await others.listTopics()).toEqual([])

  const read = { resourceType: 'topic', resourceName: topic, principal: 'User:CN=alice', operation: 'read' } as const
  const prefixed = { ...read, resourceName: 'test-', patternType: 'prefixed', operation: 'describe_configs' } as const
  const denied = { ...read, host: '10.0.0.1', operation: 'write', permissionType: 'deny' } as const
  const complete = { patternType: 'literal', host: '*', permissionType: 'allow' } as const
  const all = [
    { ...complete, ...read },
    { ...complete, ...prefixed },
    { ...complete, ...denied },
  ]
  expect(await admin.createAcls([read, prefixed, { ...read, principal: 'alice' }, denied])).toEqual([
    all[0],
    all[1],
    { ...all[0], principal: 'alice', error: expect.objectContaining({ code: 'INVALID_REQUEST' }) },
    all[2],
  ])
  const ofAlice = { principal: 'User:CN=alice' }
  await expect.poll(() => admin.describeAcls(ofAlice)).toHaveLength(3)
  expect(await admin.describeAcls(ofAlice)).toEqual(expect.arrayContaining(all))
  const matching = {
    resourceType: 'topic',
    resourceName: topic,
    patternType: 'match',
    permissionType: 'allow',
  } as const
  expect(await admin.describeAcls(matching)).toEqual(expect.arrayContaining(all.slice(0, 2)))
  expect(await admin.describeAcls({ ...matching, patternType: 'literal' })).toEqual([all[0]])

  const [described] = await others.describeTopics([topic], { includeAuthorizedOperations: true })
  expect(described?.authorizedOperations?.toSorted()).toEqual(['describe', 'describe_configs', 'read'])
  const [undeleted] = await others.deleteTopics([topic])
  expect(undeleted?.error).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
  expect(await failure(others.describeAcls())).toMatchObject({ code: 'CLUSTER_AUTHORIZATION_FAILED' })

  const outcomes = await admin.deleteAcls([
    { ...ofAlice, operation: 'write' },
    { ...ofAlice, resourceType: 'group' },
  ])
  expect(outcomes.map(({ acls }) => acls)).toEqual([[all[2]], []])
  await admin.deleteAcls([{}])
  await expect.poll(() => admin.describeAcls()).toEqual([])
})

it('delegation tokens are made, told, renewed and ended', { timeout: LONG_MS }, async () => {
  const admin = newKafka(server().alice).admin()
  const before = Date.now() - 60_000
  const token = await admin.createDelegationToken({ renewers: ['User:bob'], maxLifetimeMs: 3_600_000 })
  expect(token).toMatchObject({ owner: 'User:CN=alice', requester: 'User:CN=alice', renewers: ['User:bob'] })
  expect(token.tokenId).not.toBe('')
  expect(token.hmac.length).toBeGreaterThan(0)
  expect(token.issueTimestamp).toBeGreaterThan(before)
  expect(token.maxTimestamp - token.issueTimestamp).toBe(3_600_000)
  await expect.poll(() => admin.describeDelegationTokens()).toEqual([token])
  expect(await admin.describeDelegationTokens({ owners: ['User:CN=nobody'] })).toEqual([])
  const renewed = await admin.renewDelegationToken(token.hmac, { renewPeriodMs: 600_000 })
  expect(renewed).toBeLessThan(token.maxTimestamp)
  const sooner = await admin.expireDelegationToken(token.hmac, { expiryPeriodMs: 300_000 })
  expect(sooner).toBeLessThan(renewed)
  await admin.expireDelegationToken(token.hmac)
  await expect.poll(() => admin.describeDelegationTokens()).toEqual([])
  const unknown = await failure(admin.renewDelegationToken(Buffer.from('unknown')))
  expect(unknown).toMatchObject({ code: 'DELEGATION_TOKEN_NOT_FOUND' })
  const wrong = await failure(admin.createDelegationToken({ owner: 'bob' }))
  expect(wrong.message).toBe('options.owner: must be a principal such as User:alice, not "bob"')
})

const CAROL = { username: PLAIN_USER, password: 'of SCRAM' }
const DAVE = { username: 'dave', password: 'a=b,c' }
const refusals = { metadata: { retry: { max: 0 } }, admin: { retry: { max: 0 } } }

/** A client on the listener with SASL. */
function logIn(sasl: SaslOptions, config: Partial<KafkaConfig> = {}) {
  return newKafka({ ...config, brokers: server().sasl, net: { sasl } })
}

/** Makes passwords known to the broker, and waits until it lets their users in: it learns of them after the controller. */
async function withPasswords(...users: (typeof CAROL)[]): Promise<void> {
  const admin = newKafka({ brokers: server().plain }).admin()
  // The brokers take one mechanism of a user at a time.
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    const given = users.map(({ username, password }) => ({ user: username, mechanism, password }))
    const outcomes = await admin.alterUserScramCredentials(given)
    expect(outcomes).toEqual(users.map(({ username }) => ({ user: username })))
    for (const user of users) await untilLetIn({ ...user, mechanism })
  }
}

async function untilLetIn(sasl: SaslOptions): Promise<void> {
  const admin = logIn(sasl, refusals).admin()
  await expect.poll(() => admin.describeCluster().then(() => 'in', String), { timeout: LONG_MS }).toBe('in')
}

/** Lets a user do all that is said, and waits until the broker goes by it; takes it back when the test is over. */
async function allow(user: string, acls: readonly Pick<AclBinding, 'resourceType' | 'resourceName' | 'operation'>[]) {
  const principal = `User:${user}`
  const admin = newKafka({ brokers: server().plain }).admin()
  const given = acls.map(acl => ({ ...acl, principal }))
  for (const { error } of await admin.createAcls(given)) expect(error).toBeUndefined()
  const expected = given.map(acl => expect.objectContaining(acl))
  await expect.poll(() => admin.describeAcls({ principal })).toEqual(expect.arrayContaining(expected))
  onTestFinished(() => admin.deleteAcls([{ principal }]).then(() => {}))
}

it.each([
  { mechanism: 'PLAIN', username: PLAIN_USER, password: PLAIN_PASSWORD },
  { mechanism: 'SCRAM-SHA-256', ...CAROL },
  { mechanism: 'SCRAM-SHA-512', ...CAROL },
] as const)('by $mechanism a client sends, reads and is in a group', { timeout: LONG_MS }, async sasl => {
  await withPasswords(CAROL)
  const topic = await newTopic(newKafka({ brokers: server().plain }))
  await allow(PLAIN_USER, [
    { resourceType: 'topic', resourceName: topic, operation: 'all' },
    { resourceType: 'group', resourceName: topic, operation: 'all' },
  ])
  const kafka = logIn(sasl)
  await kafka.producer().send({ topic, value: 'v' })
  for await (const { value } of await kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })) {
    expect(String(value)).toBe('v')
    break
  }
  const group = kafka.consumerGroup(topic, { offsets: { initial: 'oldest' } })
  for await (const { value } of group.messages([topic])) {
    expect(String(value)).toBe('v')
    break
  }
  await group.close()
})

it('sessions are renewed while messages are sent and read, and none is lost', { timeout: LONG_MS }, async () => {
  await withPasswords(CAROL)
  const topic = await newTopic(newKafka({ brokers: server().plain }))
  await allow(PLAIN_USER, [
    { resourceType: 'topic', resourceName: topic, operation: 'all' },
    { resourceType: 'group', resourceName: topic, operation: 'all' },
  ])
  let [logins, connections, lost] = [0, 0, 0]
  const hooks: KafkaConfig['hooks'] = {
    onConnect: () => connections++,
    onDisconnect: ({ error }) => error !== undefined && lost++,
    onRequest: ({ api }) => api === 'SaslHandshake' && logins++,
  }
  const kafka = logIn({ mechanism: 'SCRAM-SHA-256', credentials: async () => CAROL }, { hooks })
  const read: string[] = []
  const group = kafka.consumerGroup(topic, { offsets: { initial: 'oldest' } })
  const running = group.run([topic], { eachMessage: ({ value }) => void read.push(String(value)) })
  const producer = kafka.producer()
  const sent: string[] = []
  // One that is refused ends its connection: it does not count.
  while (logins < connections + lost + 5) {
    const values = Array.from({ length: 20 }, (_, i) => String(sent.length + i))
    await Promise.all(values.map(value => producer.send({ topic, value })))
    sent.push(...values)
  }
  await expect.poll(() => read.length, { timeout: LONG_MS }).toBe(sent.length)
  expect(read).toEqual(sent)
  await group.close()
  await running
})

it('who is not let in learns why', { timeout: LONG_MS }, async () => {
  await withPasswords(CAROL)
  const outcome = (sasl: SaslOptions) => failure(logIn(sasl).admin().listTopics())
  const wrong = [
    { mechanism: 'PLAIN', username: PLAIN_USER, password: 'wrong' },
    { mechanism: 'SCRAM-SHA-256', ...CAROL, password: 'wrong' },
    { mechanism: 'SCRAM-SHA-512', ...CAROL, username: 'nobody' },
    { mechanism: 'SCRAM-SHA-512', ...CAROL, tokenAuth: true },
  ] as const
  for (const sasl of wrong) {
    const error = await outcome(sasl)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.cause).toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
  }
  const sasl = { mechanism: 'SCRAM-SHA-512', ...CAROL } as const
  const elsewhere = await failure(newKafka({ brokers: server().plain, net: { sasl } }).admin().listTopics())
  expect(elsewhere).toBeInstanceOf(AuthenticationError)
  expect(elsewhere.message).toContain('is it a SASL listener?')
  const without = await failure(
    newKafka({ ...refusals, brokers: server().sasl })
      .admin()
      .listTopics(),
  )
  expect(without).toBeInstanceOf(ConnectionError)
  expect(without.message).toContain('it may be a SASL listener (set net.sasl)')
})

it('a user without rights is refused item by item, and with them administers', { timeout: LONG_MS }, async () => {
  await withPasswords(DAVE)
  const topic = await newTopic(newKafka({ brokers: server().plain }))
  const admin = logIn({ mechanism: 'SCRAM-SHA-512', ...DAVE }, refusals).admin()
  const acl = { resourceType: 'topic', resourceName: topic, principal: 'User:eve', operation: 'read' } as const
  const credential = { user: 'eve', mechanism: 'SCRAM-SHA-256', password: 'x', iterations: 8192 } as const
  const config = { type: 'topic', name: topic, configs: [{ name: 'retention.ms', value: '86400000' }] } as const
  const notTheCluster = { code: 'CLUSTER_AUTHORIZATION_FAILED' }
  const refusedItems = [
    ...(await admin.createAcls([acl])),
    ...(await admin.deleteAcls([{ principal: 'User:eve' }])),
    ...(await admin.alterUserScramCredentials([credential])),
  ]
  expect(refusedItems.map(({ error }) => error)).toMatchObject([notTheCluster, notTheCluster, notTheCluster])
  expect(await failure(admin.describeAcls())).toMatchObject(notTheCluster)
  expect(await failure(admin.describeUserScramCredentials(['eve']))).toMatchObject(notTheCluster)
  expect(await failure(admin.describeUserScramCredentials())).toMatchObject(notTheCluster)
  const [unchanged] = await admin.incrementalAlterConfigs([config])
  expect(unchanged?.error).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })

  await allow(DAVE.username, [
    { resourceType: 'cluster', resourceName: 'kafka-cluster', operation: 'alter' },
    { resourceType: 'cluster', resourceName: 'kafka-cluster', operation: 'describe' },
    { resourceType: 'topic', resourceName: topic, operation: 'alter_configs' },
  ])
  const complete = { patternType: 'literal', host: '*', permissionType: 'allow' } as const
  expect(await admin.createAcls([acl])).toEqual([{ ...complete, ...acl }])
  await expect.poll(() => admin.describeAcls({ principal: 'User:eve' })).toEqual([{ ...complete, ...acl }])
  expect(await admin.deleteAcls([{ principal: 'User:eve' }])).toMatchObject([{ acls: [acl] }])
  expect(await admin.alterUserScramCredentials([credential])).toEqual([{ user: 'eve' }])
  const { mechanism, iterations } = credential
  const eve = { user: 'eve', credentials: [{ mechanism, iterations }] }
  await expect.poll(() => admin.describeUserScramCredentials(['eve'])).toEqual([eve])
  await untilLetIn({ mechanism, username: 'eve', password: 'x' })
  expect(await admin.alterUserScramCredentials([{ user: 'eve', mechanism, delete: true }])).toEqual([{ user: 'eve' }])
  const gone = { user: 'eve', error: expect.objectContaining({ code: 'RESOURCE_NOT_FOUND' }) }
  await expect.poll(() => admin.describeUserScramCredentials(['eve'])).toEqual([gone])
  const [changed] = await admin.incrementalAlterConfigs([config])
  expect(changed?.error).toBeUndefined()
})

it('a delegation token lets in for its owner, until it ends', { timeout: LONG_MS }, async () => {
  await withPasswords(DAVE)
  const topic = await newTopic(newKafka({ brokers: server().plain }))
  await allow(DAVE.username, [{ resourceType: 'topic', resourceName: topic, operation: 'describe' }])
  const admin = logIn({ mechanism: 'SCRAM-SHA-512', ...DAVE }).admin()
  const token = await admin.createDelegationToken({ renewers: ['User:carol'] })
  expect(token).toMatchObject({ owner: 'User:dave', requester: 'User:dave', renewers: ['User:carol'] })
  await expect.poll(() => admin.describeDelegationTokens({ owners: ['User:dave'] })).toEqual([token])
  const username = token.tokenId
  const password = token.hmac.toString('base64')
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    const bearer = logIn({ mechanism, username, password, tokenAuth: true }).admin()
    expect(await bearer.listTopics()).toContainEqual(expect.objectContaining({ name: topic }))
    const more = await failure(bearer.createDelegationToken())
    expect(more).toMatchObject({ code: 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED' })
  }
  const renewed = await admin.renewDelegationToken(token.hmac, { renewPeriodMs: 600_000 })
  expect(renewed).toBeLessThan(token.maxTimestamp)
  await admin.expireDelegationToken(token.hmac)
  await expect.poll(() => admin.describeDelegationTokens()).toEqual([])
  const late = { mechanism: 'SCRAM-SHA-512', username, password, tokenAuth: true } as const
  expect(await failure(logIn(late).admin().listTopics())).toBeInstanceOf(AuthenticationError)
})
