import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FetchedBatch } from '../../../src/consumer/fetched-batch.ts'
import { ListedBatch } from '../../../src/consumer/listed-batch.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'

/** A batch of one message. */
function fetched(): FetchedBatch {
  const records = [{ key: 'k', value: 'v', headers: [['h', 'x']] as const, timestamp: 1234 }]
  const [batch] = decodeRecordBatches(encodeRecordBatch(records, { baseOffset: 7n }))
  batch!.load()
  return new FetchedBatch({ topic: 't', partition: 4 }, batch!, 0, 9n)
}

describe('console.log', () => {
  it('shows of a message what toJSON() gives, be it as it was fetched or a copy', () => {
    const message = fetched().at(0)!
    const shown = `Message ${inspect(message.toJSON())}`
    expect(shown).toContain("value: 'v'")
    expect(inspect(message)).toBe(shown)
    expect(inspect(message.copy())).toBe(shown)
  })

  it('shows the headers', () => {
    expect(inspect(fetched().at(0)!.headers)).toBe("RecordHeaders [ [ 'h', 'x' ] ]")
  })

  it('shows of a batch what it is, be it deserialized or not, and not all its messages', () => {
    const batch = fetched()
    const { sizeBytes } = batch
    const fields = { topic: 't', partition: 4, size: 1, firstOffset: 7n, lastOffset: 7n, nextOffset: 8n }
    const shown = `MessageBatch ${inspect({ ...fields, highWatermark: 9n, sizeBytes })}`
    expect(inspect(batch)).toBe(shown)
    expect(inspect(new ListedBatch([...batch], batch, 8n))).toBe(shown)
  })

  it('goes no deeper than elsewhere', () => {
    expect(inspect({ message: fetched().at(0)! }, { depth: 0 })).toBe('{ message: [Message] }')
    expect(inspect([fetched()], { depth: 0 })).toBe('[ [MessageBatch] ]')
    expect(inspect(fetched().at(0)!, { depth: 0 })).toContain('headers: [Array]')
    expect(inspect(fetched().at(0)!, { depth: null })).toContain("headers: [ [ 'h', 'x' ] ]")
  })
})
