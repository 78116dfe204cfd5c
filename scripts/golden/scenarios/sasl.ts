import { apis } from '../../../src/protocol/apis.ts'
import type { RawClient } from '../raw-client.ts'

const renewers = [{ principalType: 'User', principalName: 'renewer' }]

/** Authentication, and delegation tokens, which only an authenticated client may ask for. */
export async function saslScenarios(client: RawClient, password: string): Promise<void> {
  for (const version of client.versions(apis.SaslHandshake)) {
    await client.attempt(apis.SaslHandshake, version, { mechanism: 'NO-SUCH-MECHANISM' })
    client.close()
    await client.attempt(apis.SaslHandshake, version, { mechanism: 'PLAIN' })
    client.close()
  }
  const authenticate = async (version: number, secret: string) => {
    client.close()
    await client.call(apis.SaslHandshake, 1, { mechanism: 'PLAIN' })
    await client.attempt(apis.SaslAuthenticate, version, { authBytes: Buffer.from(`\0alice\0${secret}`) })
  }
  for (const version of client.versions(apis.SaslAuthenticate)) {
    await authenticate(version, 'wrong')
    await authenticate(version, password)
  }
  const hmacs: Buffer[] = []
  for (const version of client.versions(apis.CreateDelegationToken)) {
    const { hmac } = await client.call(apis.CreateDelegationToken, version, { renewers, maxLifetimeMs: 86_400_000n })
    hmacs.push(hmac)
  }
  await client.each(apis.CreateDelegationToken, () => ({
    renewers: [{ principalType: 'Planet', principalName: 'earth' }],
    maxLifetimeMs: -1n,
  }))
  // What was made is seen when the broker has read it from the log of the controller.
  await new Promise(resolve => setTimeout(resolve, 1000))
  await client.each(apis.DescribeDelegationToken, () => {
    return { owners: [{ principalType: 'User', principalName: 'alice' }] }
  })
  const unknown = Buffer.from('not an hmac')
  for (const hmac of [hmacs[0]!, unknown]) {
    await client.each(apis.RenewDelegationToken, () => ({ hmac, renewPeriodMs: 1_000_000n }))
  }
  for (const hmac of [hmacs[1]!, unknown]) {
    await client.each(apis.ExpireDelegationToken, () => ({ hmac, expiryTimePeriodMs: -1n }))
  }
}
