import { describe, expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextProduce, send } from './support.ts'

const INVALID_RECORD = 87

describe('a broker that names the records at fault (KIP-467)', () => {
  it('has its words told to the senders of those only; the others hear of the batch', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    const reports = sender.deliveries()
    const sending = ['1', '2', '3'].map(value => failure(send(sender, value)))
    ;(await nextProduce(peers[0]!)).answer({
      'a-0': {
        errorCode: INVALID_RECORD,
        errorMessage: 'one or more records are invalid',
        recordErrors: [{ batchIndex: 1, batchIndexErrorMessage: 'the key is missing' }],
      },
    })
    const errors = await Promise.all(sending)
    for (const error of errors) expect(error).toMatchObject({ code: 'INVALID_RECORD' })
    const [first, second, third] = errors.map(({ message }) => message)
    expect(second).toContain('the key is missing')
    for (const other of [first, third]) {
      expect(other).toContain('one or more records are invalid')
      expect(other).not.toContain('the key is missing')
    }
    expect((await reports.next()).value).toMatchObject({ error: errors[0], messages: [{}, {}, {}] })
  })
})
