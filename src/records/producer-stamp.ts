import * as at from './batch-header.ts'
import { crc32c } from './crc32c.ts'

/** Gives a closed batch of format v2 another producer id, epoch and base sequence (KIP-98), in place. */
export function stampProducer(batch: Buffer, producerId: bigint, producerEpoch: number, baseSequence: number): void {
  batch.writeBigInt64BE(producerId, at.PRODUCER_ID)
  batch.writeInt16BE(producerEpoch, at.PRODUCER_EPOCH)
  batch.writeInt32BE(baseSequence, at.BASE_SEQUENCE)
  batch.writeInt32BE(crc32c(batch.subarray(at.ATTRIBUTES)), at.CRC)
}
