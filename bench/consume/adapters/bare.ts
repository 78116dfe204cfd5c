import { apis } from '../../../src/protocol/apis.ts'
import { decodeResponse, encodeRequest } from '../../../src/protocol/codec.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { frame, Pipe } from '../../pipe.ts'
import type { Task } from '../task.ts'
import type { Adapter, Sink } from './adapter.ts'

/** The last version that names topics: the ones after it would have to ask for their ids. */
const VERSION = 12
const MAX_WAIT_MS = 500
const MAX_BYTES = 50 << 20
const PARTITION_MAX_BYTES = 1 << 20
/** The correlation id and no tags. */
const HEADER_BYTES = 5

/**
 * No client at all: fetches by which everything is read, and of the batches that they bring only the headers are looked at; where
 * latency is measured, their values too. What it takes, any client on Node takes.
 */
export const bare: Adapter = async (task, sink) => {
  const pipe = await Pipe.open(task.brokers)
  const offsets = new Array<bigint>(task.partitions).fill(0n)
  const fetch = (): void => pipe.send(request(task, offsets), onAnswer)
  const onAnswer = (answer: Buffer): void => {
    const { responses } = decodeResponse(apis.Fetch, VERSION, answer.subarray(HEADER_BYTES))
    const { partitions } = responses[0]!
    for (const { partitionIndex, errorCode, records } of partitions) {
      if (errorCode !== 0) throw new Error(`the broker answers with error code ${errorCode}`)
      if (records !== null) offsets[partitionIndex] = readHeaders(records, task, sink) ?? offsets[partitionIndex]!
    }
    fetch()
  }
  fetch()
  return { version: '', close: async () => pipe.close() }
}

/** Answers the offset after the last batch; undefined where there is none. */
function readHeaders(records: Buffer, { load }: Task, sink: Sink): bigint | undefined {
  let next: bigint | undefined
  for (const batch of decodeRecordBatches(records, { checkCrcs: false })) {
    next = batch.nextOffset
    if (load === 'latency') for (const { value } of batch) sink.add(value!)
    else sink.skip(batch.count)
  }
  return next
}

function request({ topic }: Task, offsets: readonly bigint[]): Buffer {
  const partitions = offsets.map((fetchOffset, partition) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: PARTITION_MAX_BYTES,
  }))
  const body = encodeRequest(apis.Fetch, VERSION, {
    maxWaitMs: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: MAX_BYTES,
    isolationLevel: 0,
    topics: [{ topic, partitions }],
    forgottenTopicsData: [],
    rackId: '',
  })
  return frame(apis.Fetch.key, VERSION, body)
}
