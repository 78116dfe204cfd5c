import { describe, expect, it } from 'vitest'
import { isMisrouted, misroutedCode } from '../../../src/cluster/misrouted.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'

const NOT_LEADER_OR_FOLLOWER = 6
const NOT_COORDINATOR = 16
const UNKNOWN_MEMBER_ID = 25
const config = { metadata: { retry: { max: 2, backoffMs: 1 } } }
const leader = { leader: { topic: 'orders', partition: 0 } }

describe('an answer', () => {
  const produced = (...codes: number[]) => {
    const partition = (errorCode: number) => {
      return {
        index: 0,
        errorCode,
        baseOffset: 0n,
        logAppendTimeMs: 0n,
        logStartOffset: 0n,
        recordErrors: [],
        errorMessage: null,
      }
    }
    return { responses: [{ name: 'orders', partitionResponses: codes.map(partition) }] } as never
  }

  it('is misrouted when all of its parts are', () => {
    expect(misroutedCode(apis.Produce, produced(NOT_LEADER_OR_FOLLOWER, NOT_LEADER_OR_FOLLOWER))).toBe(6)
    expect(misroutedCode(apis.Produce, produced(NOT_LEADER_OR_FOLLOWER, 0))).toBe(undefined)
    expect(misroutedCode(apis.Produce, produced(NOT_LEADER_OR_FOLLOWER, 10))).toBe(undefined)
    expect(misroutedCode(apis.Produce, produced())).toBe(undefined)
  })

  it('is misrouted when it is as a whole', () => {
    const left = (errorCode: number, ...members: number[]) =>
      ({ throttleTimeMs: 0, errorCode, members: members.map(errorCode => ({ memberId: '', errorCode })) }) as never
    expect(misroutedCode(apis.LeaveGroup, left(NOT_COORDINATOR))).toBe(16)
    expect(misroutedCode(apis.LeaveGroup, left(0, UNKNOWN_MEMBER_ID))).toBe(undefined)
    expect(misroutedCode(apis.LeaveGroup, left(UNKNOWN_MEMBER_ID))).toBe(undefined)
    expect(isMisrouted(0)).toBe(false)
  })
})

describe('client.request', () => {
  it('goes to the leader, and after it when that has moved', async () => {
    const leaders = { orders: [1] }
    const asked: number[] = []
    const { peers, kafka } = await startPeers({
      leaders,
      count: 2,
      config,
      script: {
        ListOffsets: request => {
          asked.push(1 + peers.findIndex(({ address }) => address.port === request.socket.localPort))
          leaders.orders = [2]
          const errorCode = asked.length === 1 ? NOT_LEADER_OR_FOLLOWER : 0
          return { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode, offset: 5n }] }] }
        },
      },
    })
    const partitions = [{ partitionIndex: 0, timestamp: -1n }]
    const body = { replicaId: -1, topics: [{ name: 'orders', partitions }] }
    const answer = await kafka.client.request(apis.ListOffsets, body, leader)
    expect(answer.topics[0]?.partitions[0]?.offset).toBe(5n)
    expect(asked).toEqual([1, 2])
  })

  it('gives the answer that is left when the tries are used up', async () => {
    let requests = 0
    const { kafka } = await startPeers({
      leaders: {},
      config,
      script: {
        ListGroups: () => {
          requests++
          return { errorCode: NOT_COORDINATOR, groups: [] }
        },
      },
    })
    expect(await kafka.client.request(apis.ListGroups, {}, { broker: 1 })).toMatchObject({ errorCode: NOT_COORDINATOR })
    expect(requests).toBe(3)
  })

  it('does not stall others while the broker lets it wait', async () => {
    const { kafka, peers } = await startPeers({
      leaders: { orders: [1] },
      config: { ...config, net: { maxOpenRequests: 1 } },
    })
    const waiting = kafka.client.request(apis.ListGroups, {}, { broker: 1 })
    const asked = await peers[0]!.next()
    expect(await kafka.client.partitions('orders')).toEqual([0])
    asked.answer('ListGroups', { errorCode: 0, groups: [] })
    expect(await waiting).toMatchObject({ groups: [] })
  })

  it('names the broker that is not there, and those that are', async () => {
    const { kafka } = await startPeers({ leaders: {}, config })
    const error = await failure(kafka.client.request(apis.ListGroups, {}, { broker: 7 }))
    expect(error).toMatchObject({ code: 'BROKER_NOT_AVAILABLE' })
    expect(error.message).toContain('broker 7, which is not among the live ones (1)')
  })

  it('ends when the signal is aborted', async () => {
    const { kafka, peers } = await startPeers({ leaders: {}, config })
    const controller = new AbortController()
    const { signal } = controller
    const call = failure(kafka.client.request(apis.ListGroups, {}, { broker: 1 }, { signal }))
    await peers[0]!.next()
    controller.abort(new Error('given up'))
    expect((await call).message).toBe('given up')
  })
})
