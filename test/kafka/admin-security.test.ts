import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startKafka } from '../../scripts/kafka/start.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { keyPair, STORE_PASSWORD, trustStore } from './support/key-pair.ts'
import { own } from './support/own.ts'
import { LONG_MS } from './support/restarts.ts'

needsKafka()

/** A broker with an authorizer, where one listener takes clients that show a certificate. */
async function startSecured() {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-security-'))
  const [broker, client] = [await keyPair(folder, 'localhost'), await keyPair(folder, 'alice')]
  const tls = {
    'keystore.location': broker.file,
    'keystore.type': 'PKCS12',
    'keystore.password': STORE_PASSWORD,
    'truststore.location': await trustStore(folder, client.certificate),
    'truststore.type': 'PKCS12',
    'truststore.password': STORE_PASSWORD,
    'client.auth': 'required',
  }
  const config = {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'delegation.token.secret.key': 'only of the tests',
    ...Object.fromEntries(Object.entries(tls).map(([key, value]) => [`listener.name.tls.ssl.${key}`, value])),
  }
  const cluster = await startKafka({ exclusive: true, listeners: { TLS: 'SSL' }, config })
  const options = { ca: broker.pem, pfx: await readFile(client.file), passphrase: STORE_PASSWORD }
  const stop = async () => {
    await cluster.stop()
    await rm(folder, { recursive: true })
  }
  return { plain: cluster.bootstrap, alice: { brokers: cluster.listeners.TLS!, net: { tls: options } }, stop }
}

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
  const sooner = await admin.expireDelegationToken(token.hmac, { expiryPeriodMs: 1000 })
  expect(sooner).toBeLessThan(renewed)
  await admin.expireDelegationToken(token.hmac)
  await expect.poll(() => admin.describeDelegationTokens()).toEqual([])
  const unknown = await failure(admin.renewDelegationToken(Buffer.from('unknown')))
  expect(unknown).toMatchObject({ code: 'DELEGATION_TOKEN_NOT_FOUND' })
  const wrong = await failure(admin.createDelegationToken({ owner: 'bob' }))
  expect(wrong.message).toBe('options.owner: must be a principal such as User:alice, not "bob"')
})
