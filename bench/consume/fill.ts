import { encodeRecordBatch } from '../../src/records/encode-record-batch.ts'
import { checkProduced, Pipe, produceFrame } from '../pipe.ts'
import { cutValues, makeValues } from '../values.ts'
import { PARTITIONS, type ReadWorkload } from './workloads.ts'

/** About what a producer's batches have before compression when it has much to send. */
const BATCH_BYTES = 128 << 10
const IN_FLIGHT = 5

/** Writes the messages of a workload, in batches that are encoded once, into all partitions in turn. */
export async function fill(topic: string, brokers: readonly string[], workload: ReadWorkload): Promise<void> {
  const { valueBytes, compression: codec, messages } = workload
  const values = cutValues(makeValues(valueBytes), valueBytes)
  const perBatch = Math.floor(BATCH_BYTES / valueBytes)
  const batches = Array.from({ length: Math.floor(values.length / perBatch) }, (_, i) =>
    encode(values.slice(i * perBatch, (i + 1) * perBatch), codec),
  )
  const pipe = await Pipe.open(brokers)
  let left = Math.floor(messages / perBatch)
  let sent = 0
  const send = (records: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      pipe.send(produceFrame(topic, sent++ % PARTITIONS, records), answer => {
        try {
          checkProduced(answer)
          resolve()
        } catch (error) {
          reject(error)
        }
      })
    })
  const loop = async (): Promise<void> => {
    while (left-- > 0) await send(batches[sent % batches.length]!)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, loop))
  const rest = messages % perBatch
  if (rest > 0) await send(encode(values.slice(0, rest), codec))
  pipe.close()
}

function encode(values: readonly Buffer[], codec: ReadWorkload['compression']): Buffer {
  const timestamp = Date.now()
  return encodeRecordBatch(
    values.map(value => ({ value, timestamp })),
    { codec },
  )
}
