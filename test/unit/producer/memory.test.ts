import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Producer } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextProduce } from './support.ts'

const MESSAGE_TOO_LARGE = 10

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Sends a message and keeps nothing of it but its outcome. */
function send(producer: Producer, topic: string): { value: WeakRef<Buffer>; sending: Promise<unknown> } {
  const value = Buffer.alloc(100, 'x')
  return { value: new WeakRef(value), sending: producer.send({ topic, key: 'k', value, headers: { h: value } }) }
}

describe('the memory of a message', () => {
  it.each([
    ['is delivered', { offset: 0n }],
    ['has failed', { errorCode: MESSAGE_TOO_LARGE }],
  ])('is free when it %s, not only when producer.deliveryTimeoutMs is over', async (_, outcome) => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    // The first waits for its topic, the second does not.
    for (let i = 0; i < 2; i++) {
      const { value, sending } = send(sender, 'a')
      const settled = 'errorCode' in outcome ? failure(sending) : sending
      ;(await nextProduce(peers[0]!)).answer({ 'a-0': outcome })
      await settled
      // A weak reference holds its target until the turn ends in which it was made.
      await new Promise(resolve => setImmediate(resolve))
      collectGarbage()
      expect(value.deref()).toBeUndefined()
    }
  })
  it('is free when it was written into its batch, where nobody reads what becomes of it', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    for (let i = 0; i < 2; i++) {
      const { value, sending } = send(sender, 'a')
      const request = await nextProduce(peers[0]!)
      await new Promise(resolve => setImmediate(resolve))
      collectGarbage()
      expect(value.deref()).toBeUndefined()
      request.answer({ 'a-0': { offset: 0n } })
      await sending
    }
  })
})
