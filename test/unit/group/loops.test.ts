import { describe, expect, it, vi } from 'vitest'
import { startCluster } from '../testing/support.ts'
import { committed, newGroup, topics, Until, write } from './support.ts'

const never = { offsets: { autoCommit: { intervalMs: 60_000 } } }

describe('messages', () => {
  it('are those of all partitions, and processed when the next is asked for', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b')
    write(cluster, 1, 'c')
    const group = newGroup(cluster, never)
    const read: string[] = []
    for await (const { value } of group.messages(['t'])) {
      read.push(`${value}`)
      if (read.length === 3) break
    }
    expect(read.sort()).toEqual(['a', 'b', 'c'])
    const offsets = committed(cluster)
    // The last one was left in the middle of its processing.
    expect((offsets['t-0'] ?? 0n) + (offsets['t-1'] ?? 0n)).toBe(2n)
    expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
  })

  it('end when the signal is aborted or the group is closed, with all marked that were processed', async () => {
    for (const end of ['signal', 'close'] as const) {
      const cluster = await startCluster({ topics })
      write(cluster, 0, 'a', 'b')
      const group = newGroup(cluster, never)
      const stop = new AbortController()
      const read: string[] = []
      for await (const { value } of group.messages(['t'], { signal: stop.signal })) {
        read.push(`${value}`)
        if (read.length < 2) continue
        if (end === 'signal') stop.abort()
        else void group.close()
      }
      expect(read).toEqual(['a', 'b'])
      expect(committed(cluster)).toEqual({ 't-0': 2n })
    }
  })

  it('throw what cannot heal', async () => {
    const cluster = await startCluster({ topics })
    cluster.fail('GROUP_AUTHORIZATION_FAILED', { api: 'JoinGroup' })
    await expect(newGroup(cluster).messages(['t']).next()).rejects.toThrow(
      'group "billing": GROUP_AUTHORIZATION_FAILED',
    )
  })

  it('are each read once when another member joins, as the one in hand is finished first', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a0', 'a1', 'a2')
    write(cluster, 1, 'b0', 'b1', 'b2')
    const messages = newGroup(cluster, never).messages(['t'])
    const read = [`${(await messages.next()).value!.value}`]
    const until = new Until()
    const note = (value: unknown) => {
      read.push(`${value}`)
      until.changed()
    }
    const joining = cluster.nextRequest('JoinGroup')
    newGroup(cluster, never).run(['t'], { eachMessage: ({ value }) => note(value) })
    await joining
    const looping = (async () => {
      for await (const { value } of messages) note(value)
    })()
    await until.holds(() => read.length === 6)
    expect(read.sort()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
    await messages.return!()
    await looping
  })

  it('do not hold up the closing, though the one in hand is not finished: it is not marked', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b')
    const group = newGroup(cluster, never)
    for await (const { offset } of group.messages(['t'])) {
      if (offset === 1n) await group.close()
    }
    expect(committed(cluster)).toEqual({ 't-0': 1n })
  })

  it('end at once when the group is closed, so that nobody waits for it with one more in hand', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a')
    write(cluster, 1, 'b')
    const group = newGroup(cluster, never)
    let closing: Promise<void> | undefined
    let count = 0
    for await (const _ of group.messages(['t'])) {
      count++
      // The other is fetched, and could be handed out.
      const lags = () => [...(group.lag().get('t')?.values() ?? [])]
      await vi.waitFor(() => expect(lags()).toEqual([0n, 0n]), { timeout: 50_000, interval: 5 })
      await closing
      closing = group.close()
    }
    await closing
    expect(count).toBe(1)
    expect(Object.values(committed(cluster))).toEqual([1n])
  })
})

describe('run', () => {
  it('calls for each message, in order within a partition, and marks what it is done with', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b', 'c')
    write(cluster, 1, 'd', 'e')
    const group = newGroup(cluster, never)
    const read: string[] = []
    const until = new Until()
    const running = group.run(['t'], {
      async eachMessage({ partition, value }, { session, claim, signal }) {
        expect([session.claims[0]!.topic, claim.partition, signal.aborted]).toEqual(['t', partition, false])
        read.push(`${partition} ${value}`)
        until.changed()
      },
    })
    await until.holds(() => read.length === 5)
    await group.close()
    await running
    expect(read.filter(line => line.startsWith('0'))).toEqual(['0 a', '0 b', '0 c'])
    expect(committed(cluster)).toEqual({ 't-0': 3n, 't-1': 2n })
  })

  it('calls for each batch', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b', 'c')
    const group = newGroup(cluster, never)
    const stop = new AbortController()
    const sizes: number[] = []
    await group.run(['t'], {
      signal: stop.signal,
      eachBatch: batch => {
        sizes.push(batch.size)
        stop.abort()
      },
    })
    expect(sizes).toEqual([3])
    expect(committed(cluster)).toEqual({ 't-0': 3n })
  })

  it('works on no more partitions at a time than it is told', async () => {
    const cluster = await startCluster({ topics: { t: { partitions: 4 } } })
    for (let partition = 0; partition < 4; partition++) write(cluster, partition, 'a', 'b', 'c')
    const group = newGroup(cluster)
    let working = 0
    let most = 0
    let count = 0
    const until = new Until()
    group.run(['t'], {
      concurrency: 2,
      async eachMessage() {
        most = Math.max(most, ++working)
        await new Promise(resolve => setImmediate(resolve))
        working--
        count++
        until.changed()
      },
    })
    await until.holds(() => count === 12)
    expect(most).toBe(2)
  })

  it('rejects with what the function throws, and the message is not marked', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a', 'b')
    const running = newGroup(cluster, never).run(['t'], {
      eachMessage({ value }) {
        if (`${value}` === 'b') throw new Error('not this one')
      },
    })
    await expect(running).rejects.toThrow('not this one')
    expect(committed(cluster)).toEqual({ 't-0': 1n })
  })

  it('ends with an offset that is no bigint, of which nothing could be committed', async () => {
    const cluster = await startCluster({ topics })
    write(cluster, 0, 'a')
    for (const call of ['markOffset', 'resetOffset'] as const) {
      const running = newGroup(cluster).run(['t'], {
        eachMessage: (_message, { session }) => session[call]('t', 0, 1 as never),
      })
      await expect(running).rejects.toThrow('offset: must be a bigint from 0n on, not 1')
    }
    expect(committed(cluster)).toEqual({})
  })

  it('refuses what cannot be', async () => {
    const cluster = await startCluster({ topics })
    const group = newGroup(cluster)
    const eachMessage = () => {}
    await expect(group.run(['t'], {})).rejects.toThrow('eachMessage: must be a function, unless eachBatch is one')
    await expect(group.run(['t'], { eachMessage, eachBatch: eachMessage })).rejects.toThrow(
      'eachBatch: cannot be given beside eachMessage',
    )
    // As kafkajs takes them.
    await expect(group.run({ eachMessage } as never, undefined as never)).rejects.toThrow('topics: must be a list')
    const elsewhere = { eachMessage, autoCommit: false, partitionsConsumedConcurrently: 3 }
    await expect(group.run(['t'], elsewhere)).rejects.toThrow(
      /options\.autoCommit: .*offsets\.autoCommit\.enable\n.*options\.partitionsConsumedConcurrently: .*concurrency/,
    )
    await expect(group.consume(['t'], { async consumeClaim() {} }, AbortSignal.abort() as never)).rejects.toThrow(
      'options: must be an object: give the signal as { signal }',
    )
    await expect(group.run(['t'], { eachMessage, concurrency: 0 })).rejects.toThrow(
      'concurrency: must be an integer from 1 on',
    )
  })
})
