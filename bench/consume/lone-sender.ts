/**
 * Sends a message now and then, until it is killed: lone-sender BROKERS TOPIC PARTITIONS PAUSE_MS. Each is sent some
 * milliseconds after the one before it was acknowledged, to the partitions in turn, and begins with its time.
 */
import { encodeRecordBatch } from '../../src/records/encode-record-batch.ts'
import { checkProduced, Pipe, produceFrame } from '../pipe.ts'
import { stamp } from './clock.ts'

const VALUE_BYTES = 100

const [brokers = '', topic = '', partitions, pauseMs] = process.argv.slice(2)
const value = Buffer.alloc(VALUE_BYTES, '.')
const pipe = await Pipe.open(brokers.split(','))
let sent = 0

function send(): void {
  stamp(value)
  pipe.send(produceFrame(topic, sent++ % Number(partitions), encodeRecordBatch([{ value }])), answer => {
    checkProduced(answer)
    setTimeout(send, Number(pauseMs))
  })
}
send()
