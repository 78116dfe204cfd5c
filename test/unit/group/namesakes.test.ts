import { expect, it } from 'vitest'
import { Kafka, roundRobin, sticky } from '../../../src/index.ts'
import { builtInMaker } from '../../../src/producer/partitioners/built-in.ts'
import { member, shown, topics } from './assignors/support.ts'

it.for([roundRobin(), sticky({ stickyBytes: 100 })])('$name is a partitioner and a strategy', both => {
  // Else producers would ask it with the count of the partitions alone.
  expect(builtInMaker(both)).toBeDefined()
  const kafka = new Kafka({ brokers: 'localhost:9092' })
  expect(kafka.producer({ partitioner: both })).toBeDefined()
  expect(kafka.consumerGroup('billing', { group: { rebalance: { strategies: [both] } } })).toBeDefined()
  const members = ['c0', 'c1'].map(id => member(id, ['t']))
  expect(shown(both.plan(members, topics({ t: 3 })))).toEqual({ c0: 't-0 t-2', c1: 't-1' })
})
