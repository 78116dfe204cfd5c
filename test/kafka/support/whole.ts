import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Broker, KafkaHandle } from '../../../scripts/kafka/handle.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeResponse, encodeRequest } from '../../../src/protocol/codec.ts'

/** The last version without flexible headers. */
const VERSION = 8

/**
 * Waits until every broker says of every partition that all replicas are in sync and that the first of them leads. One
 * that has just started may still see the cluster as it was before it ended, so all of them have to agree.
 */
export async function untilWhole({ brokers }: KafkaHandle, topics: readonly string[]): Promise<void> {
  for (;;) {
    const views = await Promise.all(brokers.map(broker => isWhole(broker, topics).catch(() => false)))
    if (views.every(Boolean)) return
    await setTimeout(100)
  }
}

async function isWhole(broker: Broker, names: readonly string[]): Promise<boolean> {
  const { topics } = await describe(broker, names)
  return topics.every(
    ({ errorCode, partitions }) =>
      errorCode === 0 &&
      partitions.every(
        ({ replicaNodes, isrNodes, leaderId }) =>
          isrNodes.length === replicaNodes.length && leaderId === replicaNodes[0],
      ),
  )
}

/** What one broker says of topics. It is asked without samsa's metadata, which is under test. */
async function describe({ host, port }: Broker, topics: readonly string[]) {
  const body = encodeRequest(apis.Metadata, VERSION, {
    topics: topics.map(name => ({ name })),
    allowAutoTopicCreation: false,
  })
  // API key 3 · version 8 · correlation id 0 · no client id
  const header = Buffer.from([0, 3, 0, VERSION, 0, 0, 0, 0, 0xff, 0xff])
  const length = Buffer.alloc(4)
  length.writeInt32BE(header.length + body.length)
  const socket = connect({ host, port })
  try {
    socket.write(Buffer.concat([length, header, body]))
    let received = Buffer.alloc(0)
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) continue
      return decodeResponse(apis.Metadata, VERSION, received.subarray(8))
    }
    throw new Error(`broker ${host}:${port} closed the connection`)
  } finally {
    socket.destroy()
  }
}
