// Checked by `tsc` alone: nothing here is run.
import { expectTypeOf } from 'vitest'
import {
  bytes,
  type Data,
  type DeliveryReport,
  int64,
  json,
  type Kafka,
  type Producer,
  type ProducerMessage,
  type RecordMetadata,
  string,
} from '../../src/index.ts'

interface Order {
  readonly id: number
}

declare const kafka: Kafka

const plain = kafka.producer()
expectTypeOf(plain).toEqualTypeOf<Producer<Data, Data>>()
expectTypeOf(plain.send({ topic: 't', key: 'k', value: Buffer.alloc(1) })).toEqualTypeOf<Promise<RecordMetadata>>()
plain.send({ topic: 't', key: null, value: { encode: () => 'text' }, headers: { h: ['a', null] }, metadata: 5 })
plain.send({ topic: 't' })
expectTypeOf(plain.enqueue({ topic: 't' })).toEqualTypeOf<boolean>()

// What serializers take is what messages may have.
const orders = kafka.producer({ value: json<Order>(), acks: 1 })
expectTypeOf(orders).toEqualTypeOf<Producer<Data, Order>>()
orders.send({ topic: 't', key: 'k', value: { id: 1 } })
orders.sendAll([{ topic: 't', value: { id: 1 } }, { topic: 't', value: null }, { topic: 't' }])
orders.enqueue({ topic: 't', value: { id: 1 } })

const both = kafka.producer({ key: int64(), value: json<Order>() })
expectTypeOf(both).toEqualTypeOf<Producer<bigint, Order>>()
both.send({ topic: 't', key: 1n, value: { id: 1 } })
expectTypeOf(kafka.producer({ key: string() })).toEqualTypeOf<Producer<string, Data>>()
expectTypeOf(kafka.producer({ key: bytes() }).send)
  .parameter(0)
  .toEqualTypeOf<ProducerMessage<Uint8Array, Data>>()

// Reports and interceptors have messages as they are given.
for await (const report of both.deliveries()) {
  expectTypeOf(report).toEqualTypeOf<DeliveryReport<bigint, Order>>()
  expectTypeOf(report.messages[0]?.value).toEqualTypeOf<Order | null | undefined>()
}
kafka.producer({
  value: json<Order>(),
  interceptors: [{ onSend: message => ({ ...message, value: { id: (message.value?.id ?? 0) + 1 } }) }, { onSend() {} }],
})

// @ts-expect-error a number is no Data
plain.send({ topic: 't', value: 5 })
// @ts-expect-error a topic must be given
plain.send({ value: 'x' })
// @ts-expect-error unknown field
plain.send({ topic: 't', values: 'x' })
// @ts-expect-error not an order
orders.send({ topic: 't', value: { id: 'one' } })
// @ts-expect-error text is what json() makes, not what it takes
orders.enqueue({ topic: 't', value: '{"id":1}' })
// @ts-expect-error without a serializer for keys they are Data
orders.sendAll([{ topic: 't', key: 5, value: { id: 1 } }])
// @ts-expect-error unknown option
kafka.producer({ vlaue: json<Order>() })
// @ts-expect-error the interceptor makes no order
kafka.producer({ value: json<Order>(), interceptors: [{ onSend: message => ({ ...message, value: 'x' }) }] })
