import { expect, it, vi } from 'vitest'
import type { ErrorEvent } from '../../../src/observe/hooks.ts'
import { Peer } from '../../support/peer.ts'
import { failure } from '../network/support.ts'
import { clientOf, cluster, topic } from './support.ts'

const UNKNOWN_TOPIC = 3

it('onError is told of each look-up that is made again', async () => {
  const errors: ErrorEvent[] = []
  const answers = [topic('a', { errorCode: UNKNOWN_TOPIC }), topic('a', { errorCode: UNKNOWN_TOPIC }), topic('a')]
  const peer: Peer = await Peer.start({ script: { Metadata: () => cluster([peer], answers.shift()!) } })
  const client = clientOf([peer.address], { hooks: { onError: event => errors.push(event) } })
  await client.metadata.lookUp('a')
  const error = expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  expect(errors).toEqual(Array(2).fill({ error, topic: 'a', willRetry: true }))
})

it('onError is told of refreshes that fail while nobody waits for them', async () => {
  const told = vi.fn()
  const peer = await Peer.start()
  const client = clientOf([peer.address], { hooks: { onError: told } })
  client.metadata.refreshSoon()
  const refresh = failure(client.metadata.refresh())
  for (let i = 0; i < 2; i++) (await peer.next()).answer('Metadata', { ...cluster([peer]), errorCode: 31 })
  await refresh
  const error = expect.objectContaining({ code: 'CLUSTER_AUTHORIZATION_FAILED' })
  expect(told.mock.calls).toEqual([[{ error, willRetry: false }]])
})

it('a hook that throws stops nothing', async () => {
  const bug = () => {
    throw new Error('a bug of the user')
  }
  const answers = [topic('a', { errorCode: UNKNOWN_TOPIC }), topic('a')]
  const peer: Peer = await Peer.start({ script: { Metadata: () => cluster([peer], answers.shift()!) } })
  const hooks = { onRequest: bug, onConnect: bug, onDisconnect: bug, onError: bug }
  const client = clientOf([peer.address], { hooks })
  await client.metadata.lookUp('a')
  client.close()
  expect(client.leader('a', 0).broker.isClosed).toBe(true)
})
