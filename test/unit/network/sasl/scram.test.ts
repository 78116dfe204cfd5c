import * as crypto from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ScramExchange } from '../../../../src/network/sasl/scram.ts'
import { failure } from '../../../support/failure.ts'

// The example of RFC 7677, section 3.
const NONCE = 'rOprNGfwEbeRWgbNEkqO'
const BOTH_NONCES = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ=='
const SERVER_FIRST = `r=${BOTH_NONCES},s=${SALT},i=4096`
const CLIENT_FINAL = `c=biws,r=${BOTH_NONCES},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`
const SERVER_FINAL = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

function exchange(username = 'user', tokenAuth = false): ScramExchange {
  return new ScramExchange(crypto, 'sha256', { username, password: 'pencil' }, NONCE, tokenAuth)
}

async function say(client: ScramExchange, message: string): Promise<string | undefined> {
  return (await client.next(Buffer.from(message)))?.toString()
}

describe('SCRAM', () => {
  it('goes as in the example of RFC 7677', async () => {
    const client = exchange()
    expect(await say(client, '')).toBe(`n,,n=user,r=${NONCE}`)
    expect(await say(client, SERVER_FIRST)).toBe(CLIENT_FINAL)
    expect(await say(client, SERVER_FINAL)).toBeUndefined()
  })

  it('lets the broker say what is not known', async () => {
    const client = exchange()
    await say(client, '')
    expect(await say(client, `${SERVER_FIRST},x=later`)).toMatch(/^c=biws,r=/)
  })

  it('escapes what separates the parts of a message', async () => {
    expect(await say(exchange('a=b,c=2C'), '')).toBe(`n,,n=a=3Db=2Cc=3D2C,r=${NONCE}`)
  })

  it('says that the credentials are those of a delegation token', async () => {
    expect(await say(exchange('id', true), '')).toBe(`n,,n=id,r=${NONCE},tokenauth=true`)
  })

  const first = (parts: { r?: string; s?: string; i?: string }) => {
    const { r = BOTH_NONCES, s = SALT, i = '4096' } = parts
    return `r=${r},s=${s},i=${i}`
  }

  it.each([
    ['nothing', '', /first message cannot be read/],
    ['an end too soon', SERVER_FIRST.slice(0, 60), /first message cannot be read/],
    ['the last message first', SERVER_FINAL, /first message cannot be read/],
    ['an extension that has to be known', `m=x,${SERVER_FIRST}`, /first message cannot be read/],
    ['the nonce of the client and no more', first({ r: NONCE }), /nonce/],
    ['another nonce', first({ r: `x${BOTH_NONCES}` }), /nonce/],
    ['a part of the nonce', first({ r: NONCE.slice(0, 10) }), /nonce/],
    ['a nonce with a control character', first({ r: `${BOTH_NONCES}\u0007` }), /first message cannot be read/],
    ['no iterations', first({ i: '0' }), /asks for 0 iterations/],
    ['too few iterations', first({ i: '4095' }), /asks for 4095 iterations of the hash, where 4096 to 1000000 are/],
    ['iterations that take minutes', first({ i: '1000001' }), /asks for 1000001 iterations/],
    ['iterations that take years', first({ i: '9'.repeat(400) }), /first message cannot be read/],
    ['iterations that are no number', first({ i: 'NaN' }), /first message cannot be read/],
    ['negative iterations', first({ i: '-4096' }), /first message cannot be read/],
    ['a fraction', first({ i: '4096.5' }), /first message cannot be read/],
    ['no salt', first({ s: '' }), /first message cannot be read/],
    ['a salt that is not base64', first({ s: 'W22Z*J0S' }), /salt is not base64/],
    ['a salt with a letter missing', first({ s: 'W22Za' }), /salt is not base64/],
    ['a message without end', first({ s: 'A'.repeat(10_000) }), /a message of 10\d\d\d bytes/],
  ])('refuses a challenge with %s', async (_, challenge, reason) => {
    const client = exchange()
    await say(client, '')
    const error = await failure(say(client, challenge))
    expect(error.message).toMatch(reason)
  })

  it.each([
    ['nothing', '', /last message cannot be read/],
    ['the signature of somebody else', `v=${Buffer.alloc(32).toString('base64')}`, /signature is wrong/],
    ['a signature that is too short', SERVER_FINAL.slice(0, 22), /signature is wrong/],
    ['a signature that is too long', `v=${Buffer.alloc(64).toString('base64')}`, /signature is wrong/],
    ['a signature that is not base64', `${SERVER_FINAL.slice(0, -1)}*`, /signature is not base64/],
    ['a refusal', 'e=invalid-proof', /says "invalid-proof"/],
    ['a challenge once more', SERVER_FIRST, /last message cannot be read/],
  ])('takes no broker for the right one that ends with %s', async (_, final, reason) => {
    const client = exchange()
    await say(client, '')
    await say(client, SERVER_FIRST)
    expect((await failure(say(client, final))).message).toMatch(reason)
  })
})
