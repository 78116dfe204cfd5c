/** How a service that uses Kafka tests itself, in milliseconds and without a Kafka: `npx vitest run examples`. */
import { Kafka } from 'samsa'
import { MockCluster } from 'samsa/testing'
import { expect, it } from 'vitest'

/** The service: sends each order on to its customer's country. */
async function route(brokers: string[], count: number): Promise<void> {
  await using kafka = new Kafka({ brokers, clientId: 'router', consumer: { retry: { backoffMs: 1 } } })
  const producer = kafka.producer({ retry: { backoffMs: 1 } })
  let routed = 0
  for await (const { key, value } of kafka.consumer().consume(['orders'], { from: 'oldest' })) {
    const { country } = JSON.parse(String(value))
    await producer.send({ topic: `orders-${country}`, key, value })
    if (++routed === count) break
  }
}

it('routes orders, while a leader moves and a broker does not answer', async () => {
  await using cluster = await MockCluster.start({ brokers: 3, topics: { orders: { partitions: 2 } } })
  cluster.produce('orders', [
    { key: 'alice', value: '{"country":"fr"}' },
    { key: 'bob', value: '{"country":"de"}' },
  ])
  cluster.moveLeader('orders', 0, 2)
  const fault = cluster.disconnect('before-answer', { api: 'Produce', times: 1 })
  await route(cluster.brokers, 2)
  expect(fault.hits).toBe(1)
  expect(cluster.log('orders-fr', 0).messages()).toMatchObject([{ key: Buffer.from('alice') }])
  expect(cluster.log('orders-de', 0).messages()).toMatchObject([{ key: Buffer.from('bob') }])
})
