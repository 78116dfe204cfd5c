// Checked by `tsc` alone: nothing here is run.
import { expectTypeOf } from 'vitest'
import type { Consumer, Data, Kafka, MergedConsumer, PartitionConsumer, Producer } from '../../src/index.ts'
import { type MockConsumer, type MockProducer, mockConsumer, mockProducer } from '../../src/testing.ts'

interface Order {
  readonly id: number
}

// What a service asks for, in either way, takes the mock.
declare function sendOrders(producer: Producer<Data, Order>): void
declare function sendAnything(producer: ReturnType<Kafka['producer']>): void
declare function readOrders(consumer: Consumer<string, Order>): void
declare function readAnything(consumer: ReturnType<Kafka['consumer']>): void
declare function readPartition(partition: PartitionConsumer<string, Order>): void
declare function readAll(merged: MergedConsumer<string, Order>): void

const producer = mockProducer<Data, Order>()
const consumer = mockConsumer<string, Order>()
sendOrders(producer)
sendAnything(mockProducer())
readOrders(consumer)
readAnything(mockConsumer())
readPartition(consumer.expectConsumePartition('t', 0))
readAll(consumer.expectConsume('t'))
expectTypeOf<MockProducer<string, Order>>().toExtend<Producer<string, Order>>()
expectTypeOf<MockConsumer<string, Order>>().toExtend<Consumer<string, Order>>()

producer.expectSendAndSucceed({ topic: 't', value: { id: 1 } }).expectSendAndFail(new Error(), message => {
  expectTypeOf(message.value).toEqualTypeOf<Order | null | undefined>()
})
consumer.expectConsumePartition('t', 0).yieldMessages({ key: 'k', value: { id: 1 } }, { value: null })

// @ts-expect-error text is not an order
producer.expectSendAndSucceed({ value: 'text' })
// @ts-expect-error nor is it to a reader
consumer.expectConsume('t').yieldMessages({ value: 'text' })
// @ts-expect-error what has no key of text
readOrders(mockConsumer<Buffer, Order>())
