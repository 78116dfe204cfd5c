import { describe, expect, it } from 'vitest'
import { Peer } from '../../support/peer.ts'
import { clientOf, cluster, topic, topicsOf } from './support.ts'

/** A client that looks anew all the time by itself; its broker answers when the test lets it, with every topic. */
async function restless() {
  const peer = await Peer.start()
  const client = clientOf([peer.address], { metadata: { refreshFrequencyMs: 1 } })
  /** The next question, to which the answer is on its way. */
  const nextTopics = async () => {
    const asked = await peer.next()
    const topics = topicsOf(asked) ?? []
    asked.answer('Metadata', cluster([peer], ...topics.map(name => topic(name ?? ''))))
    return topics
  }
  /** Looks topics up, one after another, so that each may be asked for beside those before it. */
  const lookUp = async (name: string) => {
    const looking = client.metadata.lookUp(name)
    while (!(await nextTopics()).includes(name)) {}
    await looking
  }
  return { client, metadata: client.metadata, nextTopics, lookUp }
}

describe('a topic that nobody uses', () => {
  it('is asked for no more after some refreshes by the clock, and is not known any more', async () => {
    const { metadata, nextTopics, lookUp } = await restless()
    await lookUp('a')
    const questions: (string | null)[][] = []
    do questions.push(await nextTopics())
    while (questions.at(-1)!.length > 0)
    expect(questions).toEqual([['a'], ['a'], []])
    expect(metadata.topic('a')).toBeUndefined()
    await lookUp('a')
    expect(metadata.topic('a')?.name).toBe('a')
  })

  it('does not take those with it that are used', async () => {
    const { metadata, nextTopics, lookUp } = await restless()
    await lookUp('a')
    await lookUp('b')
    // Until long after the other one is forgotten.
    for (let without = 0; without < 5; ) {
      expect(metadata.topic('b')?.name).toBe('b')
      without = (await nextTopics()).includes('a') ? 0 : without + 1
    }
    expect([...metadata.snapshot.topics.keys()]).toEqual(['b'])
  })

  it('is asked for again, and not created, when its leader is wanted', async () => {
    const { client, metadata, nextTopics, lookUp } = await restless()
    await lookUp('a')
    while ((await nextTopics()).length > 0) {}
    expect(() => client.leader('a', 0)).toThrow('a-0: UNKNOWN_TOPIC_OR_PARTITION')
    while ((await nextTopics()).length === 0) {}
    const refreshed = new Promise<void>(resolve => metadata.onChange(resolve))
    await nextTopics()
    await refreshed
    expect(client.leader('a', 0).broker.nodeId).toBe(1)
  })
})
