import { describe, expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'

const TOPIC_ALREADY_EXISTS = 36
const UNKNOWN_TOPIC_OR_PARTITION = 3

describe('outcomes', () => {
  it('of createTopics come in the order of the request, with an error for what the answer leaves out', async () => {
    const script = {
      CreateTopics: () => ({
        topics: [
          { name: 'third', errorCode: TOPIC_ALREADY_EXISTS, errorMessage: 'there it is' },
          { name: 'first', errorCode: 0, errorMessage: null, numPartitions: 3, replicationFactor: 1 },
        ],
      }),
    }
    const { kafka } = await startPeers({ leaders: {}, script })
    const outcomes = await kafka.admin().createTopics(['first', 'second', 'third'].map(name => ({ name })))
    expect(outcomes).toEqual([
      { name: 'first', partitions: 3, replicationFactor: 1 },
      { name: 'second', error: expect.objectContaining({ code: 'UNKNOWN_SERVER_ERROR' }) },
      { name: 'third', error: expect.objectContaining({ code: 'TOPIC_ALREADY_EXISTS' }) },
    ])
    expect(outcomes[1]?.error?.message).toContain('creating topic "second", which the answer leaves out')
    expect(outcomes[2]?.error?.message).toContain('there it is')
  })

  it('of deleteTopics do so too', async () => {
    const script = {
      DeleteTopics: () => ({
        responses: [
          { name: 'third', errorCode: 0 },
          { name: 'first', errorCode: UNKNOWN_TOPIC_OR_PARTITION },
        ],
      }),
    }
    const { kafka } = await startPeers({ leaders: {}, script })
    const outcomes = await kafka.admin().deleteTopics(['first', 'second', 'third'])
    expect(outcomes).toEqual([
      { name: 'first', error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
      { name: 'second', error: expect.objectContaining({ code: 'UNKNOWN_SERVER_ERROR' }) },
      { name: 'third' },
    ])
    expect(outcomes[1]?.error?.message).toContain('deleting topic "second", which the answer leaves out')
  })
})
