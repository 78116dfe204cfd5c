import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Kafka } from '../../../../src/index.ts'
import { problemsOf } from '../../../support/problems.ts'

const brokers = 'localhost:9092'
const SECRET = 'wonderland'

const problemsOfSasl = (sasl: unknown) => problemsOf({ brokers, net: { sasl } })

const EITHER = 'must be given, unless credentials is: a function that gives both'

describe('net.sasl', () => {
  it.each([
    { mechanism: 'PLAIN', username: 'alice', password: SECRET, authorizationId: 'alice' },
    { mechanism: 'SCRAM-SHA-256', username: 'alice', password: SECRET },
    { mechanism: 'SCRAM-SHA-512', username: 'id', password: SECRET, tokenAuth: true },
    { mechanism: 'SCRAM-SHA-512', credentials: async () => ({ username: 'alice', password: SECRET }) },
  ])('may be $mechanism', sasl => {
    expect(problemsOfSasl(sasl)).toEqual([])
  })

  const alice = { mechanism: 'SCRAM-SHA-512', username: 'alice', password: SECRET }
  const shape = "must be an object such as { mechanism: 'SCRAM-SHA-512', username, password }"
  const known = 'must be one of "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"'

  it.each<[string, unknown, string[]]>([
    ['a password alone', SECRET, [`net.sasl: ${shape}, not a string`]],
    ['a list', [], [`net.sasl: ${shape}, not an array`]],
    ['nothing', {}, [`net.sasl.mechanism: ${known}, not undefined`]],
    ['another mechanism', { ...alice, mechanism: 'plain' }, [`net.sasl.mechanism: ${known}, not "plain"`]],
    ['no credentials', { mechanism: 'PLAIN' }, [`net.sasl.username: ${EITHER}`, `net.sasl.password: ${EITHER}`]],
    ['an empty password', { ...alice, password: '' }, ['net.sasl.password: must not be empty']],
    [
      'a password as bytes',
      { ...alice, password: Buffer.from(SECRET) },
      ['net.sasl.password: must be a string, not object'],
    ],
    ['a NUL', { ...alice, password: `${SECRET}\0` }, ['net.sasl.password: must not contain a NUL character']],
    [
      'the names of others',
      { mechanism: 'PLAIN', username: 'alice', passwd: SECRET, user: 'alice' },
      [
        'net.sasl.passwd: unknown option; did you mean net.sasl.password?',
        'net.sasl.user: unknown option; did you mean net.sasl.username?',
        `net.sasl.password: ${EITHER}`,
      ],
    ],
    [
      'both ways',
      { ...alice, credentials: () => alice },
      [
        'net.sasl.username: must be left out, since credentials gives it',
        'net.sasl.password: must be left out, since credentials gives it',
      ],
    ],
    [
      'credentials that are no function',
      { mechanism: 'PLAIN', credentials: alice },
      ['net.sasl.credentials: must be a function, not an object'],
    ],
    [
      'credentials as text',
      { mechanism: 'PLAIN', credentials: `alice:${SECRET}` },
      ['net.sasl.credentials: must be a function, not a string'],
    ],
    [
      'a token for PLAIN',
      { ...alice, mechanism: 'PLAIN', tokenAuth: true },
      ['net.sasl.tokenAuth: is an option of SCRAM'],
    ],
    [
      'a token as tokenAuth',
      { ...alice, tokenAuth: SECRET },
      ['net.sasl.tokenAuth: must be true or false, not a string'],
    ],
    [
      'an authorization id for SCRAM',
      { ...alice, authorizationId: 'bob' },
      ['net.sasl.authorizationId: is an option of PLAIN'],
    ],
  ])('is refused for %s, without telling the password', (_, sasl, problems) => {
    const found = problemsOfSasl(sasl)
    expect(found).toEqual(problems)
    expect(found.join()).not.toContain(SECRET)
  })

  it('is not shown by a Kafka, or what it hands out', async () => {
    const kafka = new Kafka({ brokers, net: { sasl: { mechanism: 'PLAIN', username: 'alice', password: SECRET } } })
    const parts = [kafka, kafka.client, kafka.producer(), kafka.consumer(), kafka.consumerGroup('g'), kafka.admin()]
    expect(inspect(parts, { depth: Infinity, showHidden: true })).not.toContain(SECRET)
    expect(JSON.stringify(parts)).not.toContain(SECRET)
    await kafka.close()
  })
})
