import { afterEach, describe, expect, it, vi } from 'vitest'
import { KafkaUnavailableError, orReason } from '../../../scripts/kafka/unavailable.ts'

const noKafka = async () => {
  throw new KafkaUnavailableError('no Java')
}

describe('orReason', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('gives what is there', async () => {
    expect(await orReason(async () => 1)).toEqual({ ok: true, value: 1 })
  })

  it('gives the reason where there is none', async () => {
    vi.stubEnv('CI', '')
    expect(await orReason(noKafka)).toEqual({ ok: false, reason: 'no Java' })
  })

  it('fails in CI, where nobody reads the reason', async () => {
    vi.stubEnv('CI', 'true')
    await expect(orReason(noKafka)).rejects.toThrow('no Java')
  })

  it('never takes a failure for an absence', async () => {
    vi.stubEnv('CI', '')
    await expect(orReason(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
