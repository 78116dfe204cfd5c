import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { checkProduced, Pipe, produceFrame } from '../../pipe.ts'
import type { Task } from '../task.ts'
import type { Adapter } from './adapter.ts'

const BATCH_BYTES = 1_000_000
/** A record's lengths, deltas and counts, at most. */
const RECORD_OVERHEAD = 16
const IN_FLIGHT = 5

/**
 * No client at all: requests that were encoded beforehand, one partition's batch of nearly 1 MiB in each, written to a socket
 * while the answers are counted. What it takes, any client on Node takes.
 */
export const bare: Adapter = async (task, values) => {
  const perRequest = Math.floor(BATCH_BYTES / (task.valueBytes + RECORD_OVERHEAD))
  const large = requests(task, values.slice(0, perRequest))
  const small = requests(task, values.slice(0, 1))
  const pipe = await Pipe.open(task.brokers)
  let sent = 0
  let checked = false
  const check = (answer: Buffer): void => {
    // Whether all has arrived the log tells afterwards; the first answer tells why if not.
    if (!checked) checkProduced(answer)
    checked = true
  }
  return {
    version: '',
    async sendMany(count) {
      const wanted = Math.ceil(count / perRequest)
      await new Promise<void>(resolve => {
        let answered = 0
        // There are more requests than are in flight: none is sent again before it was answered.
        const send = (): void => pipe.send(large[sent++ % task.partitions]!, onAnswer)
        const onAnswer = (answer: Buffer): void => {
          check(answer)
          answered++
          if (answered + IN_FLIGHT <= wanted) send()
          if (answered === wanted) resolve()
        }
        for (let i = 0; i < Math.min(IN_FLIGHT, wanted); i++) send()
      })
      return wanted * perRequest
    },
    sendOne: () =>
      new Promise<void>(resolve => {
        pipe.send(small[sent++ % task.partitions]!, answer => {
          check(answer)
          resolve()
        })
      }),
    close: async () => pipe.close(),
  }
}

/** One for each partition. */
function requests({ topic, partitions }: Task, values: readonly Buffer[]): Buffer[] {
  const timestamp = Date.now()
  const records = encodeRecordBatch(values.map(value => ({ value, timestamp })))
  return Array.from({ length: partitions }, (_, partition) => produceFrame(topic, partition, records))
}
