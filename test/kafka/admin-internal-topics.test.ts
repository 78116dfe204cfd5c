import { expect, it } from 'vitest'
import { needsKafka, newKafka } from '../support/kafka.ts'

needsKafka()

it("Kafka's own topics are listed when they are asked for", async () => {
  const kafka = newKafka()
  const admin = kafka.admin()
  await kafka.client.coordinator('makes-the-offsets-topic')
  const name = '__consumer_offsets'
  expect((await admin.listTopics()).some(topic => topic.name === name)).toBe(false)
  const topicId = expect.stringMatching(/^[\w-]{22}$/)
  expect(await admin.listTopics({ listInternal: true })).toContainEqual({ name, topicId, isInternal: true })
})
