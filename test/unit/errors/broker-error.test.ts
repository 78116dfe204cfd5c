import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type BrokerErrorName,
  brokerErrorFacts,
  errorCodes,
  knownBrokerErrors,
} from '../../../src/errors/broker-codes.ts'
import { BrokerError, brokerError } from '../../../src/errors/broker-error.ts'
import { KafkaError, type Remedy } from '../../../src/errors/kafka-error.ts'

describe('the table of broker errors', () => {
  it('has each code and each name once, in order', () => {
    const codes = knownBrokerErrors.map(({ code }) => code)
    expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b))
    expect(new Set(knownBrokerErrors.map(({ name }) => name)).size).toBe(codes.length)
  })

  it('finds every row by its number, and the number by its name', () => {
    for (const facts of knownBrokerErrors) {
      expect(brokerErrorFacts(facts.code)).toBe(facts)
      expect(errorCodes[facts.name as BrokerErrorName]).toBe(facts.code)
    }
  })

  it('answers for codes of newer brokers and for numbers that are no code', () => {
    for (const code of [134, 32_767, -2, -32_768, 0.5]) {
      expect(brokerErrorFacts(code)).toMatchObject({
        code,
        name: `UNKNOWN_ERROR_CODE_${code}`,
        remedy: 'none',
        retriable: false,
      })
    }
  })

  it('agrees with its own flag about what can be retried, but for the rows that differ on purpose', () => {
    const retries: Remedy[] = ['retry', 'refresh-metadata', 'find-coordinator']
    const differing = knownBrokerErrors.filter(({ remedy, retriable }) => retries.includes(remedy) !== retriable)
    expect(differing.map(({ name }) => name)).toEqual([
      'BROKER_NOT_AVAILABLE',
      'STALE_MEMBER_EPOCH',
      'REBOOTSTRAP_REQUIRED',
    ])
  })

  it('says of each what happened, as the end of a sentence', () => {
    for (const { text } of knownBrokerErrors) expect(text).toMatch(/^[a-z].*[^.]$/)
  })

  it('knows what the clients rely on', () => {
    const remedies = (
      ['NOT_LEADER_OR_FOLLOWER', 'NOT_COORDINATOR', 'REBALANCE_IN_PROGRESS', 'PRODUCER_FENCED'] as const
    ).map(name => brokerErrorFacts(errorCodes[name]).remedy)
    expect(remedies).toEqual(['refresh-metadata', 'find-coordinator', 'rejoin', 'fatal'])
    expectTypeOf(errorCodes.NOT_COORDINATOR).toEqualTypeOf<16>()
  })
})

describe('BrokerError', () => {
  it('carries the row and names whom it was about', () => {
    const error = brokerError(6, 'orders-3 on broker 2 (localhost:9092)')
    expect(error).toBeInstanceOf(BrokerError)
    expect(error).toBeInstanceOf(KafkaError)
    expect(error).toMatchObject({
      name: 'BrokerError',
      code: 'NOT_LEADER_OR_FOLLOWER',
      brokerName: 'NOT_LEADER_OR_FOLLOWER',
      brokerCode: 6,
      remedy: 'refresh-metadata',
      retriable: true,
    })
    expect(error.message).toMatch(
      /^orders-3 on broker 2 \(localhost:9092\): NOT_LEADER_OR_FOLLOWER \(code 6\): the partition/,
    )
  })

  it("adds the broker's own words where there are any", () => {
    expect(brokerError(44, 'topic orders', 'no more than 5 partitions').message).toMatch(
      / \(the broker says: no more than 5 partitions\)$/,
    )
    expect(brokerError(44, 'topic orders', null).message).not.toContain('(the broker says')
    expect(brokerError(44, 'topic orders', '').message).not.toContain('(the broker says')
  })

  it('has the flag of Java where the remedy says otherwise', () => {
    expect(brokerError(errorCodes.REBOOTSTRAP_REQUIRED, 'metadata')).toMatchObject({
      remedy: 'refresh-metadata',
      retriable: false,
    })
  })

  it('names an unknown code by its number', () => {
    const error = brokerError(999, 'orders-3')
    expect(error).toMatchObject({ code: 'UNKNOWN_ERROR_CODE_999', brokerCode: 999, remedy: 'none', retriable: false })
    expect(error.message).toContain('999')
  })
})
