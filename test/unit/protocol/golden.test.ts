import { describe, expect, it } from 'vitest'
import type { Api } from '../../../src/protocol/api.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse, encodeResponse, writeRequest } from '../../../src/protocol/codec.ts'
import { responseBodyStart, writeRequestHeader } from '../../../src/protocol/header.ts'
import { ZERO_UUID } from '../../../src/protocol/schema.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import { apiVersions, fetch, metadata, produce } from './golden-frames.ts'

const CORRELATION_ID = 7
const TOPIC_ID = 'AAECAwQFBgcICQoLDA0ODw'

/** Header and body as they go over the wire, without the length in front. */
function request<A extends Api>(api: A, version: number, body: Parameters<typeof writeRequest<A>>[3]): string {
  const writer = new Writer()
  writeRequestHeader(writer, api, version, CORRELATION_ID, 'samsa')
  writeRequest(writer, api, version, body)
  return Buffer.concat(writer.finish()).toString('hex')
}

/** The body of a response, of which the header is skipped as a connection does. */
function responseBody(api: Api, version: number, frame: Buffer): Buffer {
  expect(frame.readInt32BE(0)).toBe(CORRELATION_ID)
  return frame.subarray(responseBodyStart(api, version, frame))
}

/** That the bytes decode to the body, and the body encodes to the bytes. */
function expectResponse<A extends Api>(api: A, version: number, frame: Buffer, body: object): void {
  const bytes = responseBody(api, version, frame)
  const decoded = decodeResponse(api, version, bytes)
  expect(decoded).toEqual(body)
  expect(encodeResponse(api, version, decoded as Parameters<typeof encodeResponse<A>>[2]).toString('hex')).toBe(
    bytes.toString('hex'),
  )
}

describe('ApiVersions', () => {
  const { ApiVersions } = apis

  it('is asked', () => {
    const body = { clientSoftwareName: 'samsa', clientSoftwareVersion: '0.1.0' }
    expect(request(ApiVersions, 0, body)).toBe(apiVersions.requestV0.toString('hex'))
    expect(request(ApiVersions, 3, body)).toBe(apiVersions.requestV3.toString('hex'))
  })

  it('is answered', () => {
    const apiKeys = [
      { apiKey: 3, minVersion: 0, maxVersion: 13 },
      { apiKey: 18, minVersion: 0, maxVersion: 4 },
    ]
    const unsaid = { supportedFeatures: [], zkMigrationReady: false, throttleTimeMs: 0, errorCode: 0, apiKeys }
    expectResponse(ApiVersions, 0, apiVersions.responseV0, {
      ...unsaid,
      finalizedFeaturesEpoch: -1n,
      finalizedFeatures: [],
    })
    expectResponse(ApiVersions, 3, apiVersions.responseV3, {
      ...unsaid,
      finalizedFeaturesEpoch: 5n,
      finalizedFeatures: [{ name: 'metadata.version', maxVersionLevel: 29, minVersionLevel: 7 }],
    })
  })
})

describe('Metadata', () => {
  const { Metadata } = apis

  it('is asked', () => {
    expect(request(Metadata, 1, { topics: null })).toBe(metadata.requestV1All.toString('hex'))
    expect(request(Metadata, 1, { topics: [{ name: 'orders' }] })).toBe(metadata.requestV1.toString('hex'))
    const topics = [{ name: 'orders' }]
    const body = { topics, allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true }
    expect(request(Metadata, 12, body)).toBe(metadata.requestV12.toString('hex'))
  })

  it('is answered', () => {
    const broker = { nodeId: 2, host: 'localhost', port: 9092, rack: null }
    const partition = {
      errorCode: 0,
      partitionIndex: 0,
      leaderId: 2,
      leaderEpoch: -1,
      replicaNodes: [2, 3],
      isrNodes: [2],
      offlineReplicas: [],
    }
    const topic = {
      errorCode: 0,
      name: 'orders',
      topicId: ZERO_UUID,
      isInternal: false,
      partitions: [partition],
      topicAuthorizedOperations: -2147483648,
    }
    const answer = {
      throttleTimeMs: 0,
      brokers: [broker],
      clusterId: null,
      controllerId: 2,
      topics: [topic],
      clusterAuthorizedOperations: -2147483648,
      errorCode: 0,
    }
    expectResponse(Metadata, 1, metadata.responseV1, answer)
    expectResponse(Metadata, 12, metadata.responseV12, {
      ...answer,
      throttleTimeMs: 256,
      brokers: [{ ...broker, rack: 'a' }],
      clusterId: 'abc',
      topics: [
        {
          ...topic,
          topicId: TOPIC_ID,
          partitions: [{ ...partition, leaderEpoch: 9, offlineReplicas: [3] }],
          topicAuthorizedOperations: 0x0df8,
        },
      ],
    })
  })
})

describe('Produce', () => {
  const { Produce } = apis
  const partitionData = [{ index: 3, records: Buffer.from('aabbcc', 'hex') }]

  it.each([
    [7, produce.requestV7, { name: 'orders' }],
    [9, produce.requestV9, { name: 'orders' }],
    [13, produce.requestV13, { topicId: TOPIC_ID }],
  ])('is asked, version %i', (version, bytes, topic) => {
    const body = { acks: -1, timeoutMs: 30_000, topicData: [{ ...topic, partitionData }] }
    expect(request(Produce, version, body)).toBe(bytes.toString('hex'))
    // What follows the header, which is 15 bytes and, when flexible, a tag buffer.
    expect(decodeRequest(Produce, version, bytes.subarray(version < 9 ? 15 : 16))).toEqual({
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: '', topicId: ZERO_UUID, ...topic, partitionData }],
    })
  })

  it('is answered', () => {
    const partition = {
      index: 3,
      errorCode: 0,
      baseOffset: 2n ** 40n,
      logAppendTimeMs: -1n,
      logStartOffset: 5n,
      recordErrors: [] as { batchIndex: number; batchIndexErrorMessage: string | null }[],
      errorMessage: null as string | null,
      currentLeader: { leaderId: -1, leaderEpoch: -1 },
    }
    const topic = { name: 'orders', topicId: ZERO_UUID, partitionResponses: [partition] }
    const answer = { responses: [topic], throttleTimeMs: 0, nodeEndpoints: [] }
    expectResponse(Produce, 7, produce.responseV7, answer)
    const refused = {
      ...partition,
      errorCode: 87,
      baseOffset: -1n,
      recordErrors: [{ batchIndex: 1, batchIndexErrorMessage: 'no' }],
      errorMessage: 'bad',
    }
    expectResponse(Produce, 9, produce.responseV9, {
      ...answer,
      responses: [{ ...topic, partitionResponses: [refused] }],
    })
    const moved = { ...partition, errorCode: 6, baseOffset: -1n, currentLeader: { leaderId: 4, leaderEpoch: 10 } }
    expectResponse(Produce, 13, produce.responseV13, {
      throttleTimeMs: 0,
      responses: [{ name: '', topicId: TOPIC_ID, partitionResponses: [moved] }],
      nodeEndpoints: [{ nodeId: 4, host: 'localhost', port: 9092, rack: null }],
    })
  })
})

describe('Fetch', () => {
  const { Fetch } = apis
  const limits = { maxWaitMs: 500, minBytes: 1, maxBytes: 50 * 1024 * 1024, isolationLevel: 1 }

  it('is asked', () => {
    const partition = { partition: 3, fetchOffset: 2n ** 40n, partitionMaxBytes: 1024 * 1024 }
    const topics = [{ topic: 'orders', partitions: [partition] }]
    expect(request(Fetch, 4, { ...limits, topics })).toBe(fetch.requestV4.toString('hex'))
    const body = {
      ...limits,
      clusterId: 'abc',
      sessionId: 77,
      sessionEpoch: 2,
      topics: [{ topicId: TOPIC_ID, partitions: [{ ...partition, currentLeaderEpoch: 9, lastFetchedEpoch: 8 }] }],
      forgottenTopicsData: [{ topicId: TOPIC_ID, partitions: [1] }],
      rackId: 'a',
    }
    expect(request(Fetch, 13, body)).toBe(fetch.requestV13.toString('hex'))
  })

  it('is answered', () => {
    const partition = {
      partitionIndex: 3,
      errorCode: 0,
      highWatermark: 2n ** 40n,
      lastStableOffset: 17n,
      logStartOffset: -1n,
      divergingEpoch: { epoch: -1, endOffset: -1n },
      currentLeader: { leaderId: -1, leaderEpoch: -1 },
      snapshotId: { endOffset: -1n, epoch: -1 },
      abortedTransactions: [{ producerId: 1000n, firstOffset: 16n }] as
        | { producerId: bigint; firstOffset: bigint }[]
        | null,
      preferredReadReplica: -1,
      records: Buffer.from('aabbcc', 'hex') as Buffer | null,
    }
    const topic = { topic: 'orders', topicId: ZERO_UUID, partitions: [partition] }
    const answer = { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: [topic], nodeEndpoints: [] }
    expectResponse(Fetch, 4, fetch.responseV4, answer)
    const diverging = {
      ...partition,
      logStartOffset: 5n,
      divergingEpoch: { epoch: 8, endOffset: 12n },
      abortedTransactions: null,
      preferredReadReplica: 2,
      records: null,
    }
    expectResponse(Fetch, 13, fetch.responseV13, {
      ...answer,
      sessionId: 77,
      responses: [{ topic: '', topicId: TOPIC_ID, partitions: [diverging] }],
    })
  })
})
