import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../../../src/errors/client-errors.ts'
import { ConsumerProtocolAssignment } from '../../../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../../../src/protocol/embedded/consumer-protocol-subscription.ts'
import {
  ControlRecordTypeSchema,
  controlRecordTypes,
  EndTxnMarker,
} from '../../../../src/protocol/embedded/control-record.ts'
import { decodeMessage, encodeMessage } from '../../../../src/protocol/embedded/message.ts'
import {
  CooperativeStickyAssignorUserData,
  StickyAssignorUserData,
} from '../../../../src/protocol/embedded/sticky-assignor-user-data.ts'

const subscription = {
  topics: ['a', 'b'],
  userData: Buffer.from('hi'),
  ownedPartitions: [{ topic: 'a', partitions: [1, 2] }],
  generationId: 7,
  rackId: 'r',
}
const hex = (bytes: string) => Buffer.from(bytes, 'hex')

/** What Java 4.3.1 writes for the same values. */
const java = [
  '000000000002000161000162000000026869',
  '00010000000200016100016200000002686900000001000161000000020000000100000002',
  '0002000000020001610001620000000268690000000100016100000002000000010000000200000007',
  '0003000000020001610001620000000268690000000100016100000002000000010000000200000007000172',
]

describe('a subscription', () => {
  it.each(java.map((bytes, version) => [version, bytes] as const))(
    'is in version %i what Java writes',
    (version, bytes) => {
      expect(encodeMessage(ConsumerProtocolSubscription, version, subscription).toString('hex')).toBe(bytes)
    },
  )

  it('has what its version lacks at the defaults', () => {
    const lacking = { ownedPartitions: [], generationId: -1, rackId: null }
    expect(decodeMessage(ConsumerProtocolSubscription, hex(java[0]!))).toEqual({ ...subscription, ...lacking })
    expect(decodeMessage(ConsumerProtocolSubscription, hex(java[3]!))).toEqual(subscription)
  })

  it('of a version that is not known yet is read as the newest that is', () => {
    const future = hex(`0009${java[3]!.slice(4)}010203`)
    expect(decodeMessage(ConsumerProtocolSubscription, future)).toEqual(subscription)
  })

  it('that claims version 1 and ends as version 0 does is read as that', () => {
    const read = decodeMessage(ConsumerProtocolSubscription, hex(`0001${java[0]!.slice(4)}`))
    expect(read).toMatchObject({ topics: ['a', 'b'], ownedPartitions: [] })
  })

  it.each(['', '00', 'ffff', '0000', '000000000001', '00010000000100016100000002', java[1]!.slice(0, -2)])(
    'is refused where the bytes %j are not one',
    bytes => {
      expect(() => decodeMessage(ConsumerProtocolSubscription, hex(bytes))).toThrow(ProtocolError)
    },
  )
})

describe('an assignment', () => {
  it('comes back as it went', () => {
    const assignment = { assignedPartitions: [{ topic: 't', partitions: [0, 5] }], userData: null }
    for (const version of [0, 1, 2, 3]) {
      const bytes = encodeMessage(ConsumerProtocolAssignment, version, assignment)
      expect(bytes.toString('hex')).toBe(
        `000${version}0000000100017400000002000000000000000500000000`.replace(/0{8}$/, 'ffffffff'),
      )
      expect(decodeMessage(ConsumerProtocolAssignment, bytes)).toEqual(assignment)
    }
  })
})

describe('the user data of the sticky assignors', () => {
  const bytes = '0000000100017400000002000000000000000500000004'
  const previousAssignment = [{ topic: 't', partitions: [0, 5] }]

  it('is what Java writes, with and without the generation', () => {
    const data = { previousAssignment, generation: 4 }
    expect(encodeMessage(StickyAssignorUserData, 1, data).toString('hex')).toBe(bytes)
    expect(encodeMessage(StickyAssignorUserData, 0, data).toString('hex')).toBe(bytes.slice(0, -8))
    expect(encodeMessage(CooperativeStickyAssignorUserData, 0, { generation: 2 }).toString('hex')).toBe('00000002')
  })

  it('tells its version by its end', () => {
    expect(decodeMessage(StickyAssignorUserData, hex(bytes))).toEqual({ previousAssignment, generation: 4 })
    expect(decodeMessage(StickyAssignorUserData, hex(bytes.slice(0, -8)))).toEqual({
      previousAssignment,
      generation: -1,
    })
    expect(() => decodeMessage(StickyAssignorUserData, hex(bytes.slice(0, -2)))).toThrow(ProtocolError)
  })
})

describe('a transaction marker', () => {
  it('is what Java writes', () => {
    const { commit } = controlRecordTypes
    expect(encodeMessage(ControlRecordTypeSchema, 0, { type: commit }).toString('hex')).toBe('00000001')
    expect(encodeMessage(EndTxnMarker, 0, { coordinatorEpoch: 3 }).toString('hex')).toBe('000000000003')
    expect(decodeMessage(EndTxnMarker, hex('000500000003ff'))).toEqual({ coordinatorEpoch: 3 })
  })
})
