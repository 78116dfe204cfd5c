import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { openTransaction } from '../kafka/support/open-transaction.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, visibleTopic } from '../support/kafka.ts'

needsKafka()

const freshName = () => `tx-${randomBytes(6).toString('hex')}`

it('open transactions are listed, described, and ended by fencing their producer', async () => {
  const kafka = newKafka()
  const admin = kafka.admin()
  const topic = await visibleTopic(kafka)
  const [id, unknown] = [freshName(), freshName()]
  const { producerId, producerEpoch } = await openTransaction(kafka, id, topic)
  const listed = { transactionalId: id, producerId, state: 'Ongoing', coordinator: 1 }
  expect(await admin.listTransactions()).toContainEqual(listed)
  expect(await admin.listTransactions({ producerIds: [producerId] })).toEqual([listed])
  expect(await admin.listTransactions({ transactionalIdPattern: `${id}.*` })).toEqual([listed])
  expect(await admin.listTransactions({ states: ['Empty'], producerIds: [producerId] })).toEqual([])
  expect(await admin.listTransactions({ durationMs: 3_600_000, producerIds: [producerId] })).toEqual([])
  const [known, other] = await admin.describeTransactions([id, unknown])
  expect(known).toEqual({
    transactionalId: id,
    state: 'Ongoing',
    producerId,
    producerEpoch,
    timeoutMs: 60_000,
    startTimeMs: expect.any(Number),
    partitions: [{ topic, partitions: [0] }],
    coordinator: 1,
  })
  expect(Math.abs(known!.startTimeMs! - Date.now())).toBeLessThan(60_000)
  expect(other).toMatchObject({ transactionalId: unknown, error: { code: 'TRANSACTIONAL_ID_NOT_FOUND' } })
  expect(other?.error?.message).toContain(`describing the transaction of "${unknown}" on broker 1`)

  const [fenced] = await admin.fenceProducers([id])
  expect(fenced).toEqual({ transactionalId: id, producerId, producerEpoch: expect.any(Number) })
  expect(fenced!.producerEpoch).toBeGreaterThan(producerEpoch)
  const state = async () => (await admin.describeTransactions([id]))[0]?.state
  await expect.poll(state).toMatch(/^(CompleteAbort|Empty)$/)
})

it('a transaction that hangs in a partition is found and aborted', async () => {
  const kafka = newKafka()
  const admin = kafka.admin()
  const topic = await visibleTopic(kafka)
  const { producerId, producerEpoch } = await openTransaction(kafka, freshName(), topic)
  const place = { topic, partition: 0 }
  const [hanging, absent] = await admin.describeProducers([place, { topic, partition: 5 }], { brokerId: 1 })
  expect(hanging).toEqual({
    ...place,
    activeProducers: [
      {
        producerId,
        producerEpoch,
        lastSequence: 0,
        lastTimestamp: expect.any(Number),
        currentTransactionStartOffset: 0n,
      },
    ],
  })
  expect(absent?.error).toBeDefined()
  const [{ activeProducers } = {}] = await admin.describeProducers([place])
  const { coordinatorEpoch = -1 } = activeProducers![0]!
  await admin.abortTransaction({ ...place, producerId, producerEpoch, coordinatorEpoch })
  const [over] = await admin.describeProducers([place])
  expect(over?.activeProducers?.[0]).not.toHaveProperty('currentTransactionStartOffset')
  const stale = { ...place, producerId, producerEpoch: 0, coordinatorEpoch: -1, partition: 9 }
  const error = await failure(
    newKafka({ admin: { retry: { max: 0 } } })
      .admin()
      .abortTransaction(stale),
  )
  expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  expect(error.message).toContain(`${topic}-9`)
})
