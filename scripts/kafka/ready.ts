import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A live broker, as another one sees it. */
export interface Node {
  readonly id: number
  readonly host: string
  readonly port: number
}

/** A cluster, as one of its brokers sees it: its id, and the brokers that are alive. */
export interface ClusterView {
  readonly clusterId: string
  readonly nodes: readonly Node[]
}

/**
 * Asks a broker about its cluster. The harness has to judge the client, so it must not lean on it: these are the bytes
 * of a Metadata v2 request for no topics, which every broker since 0.10.1 understands.
 */
export function clusterView(host: string, port: number, timeoutMs = 2_000): Promise<ClusterView> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    let received = Buffer.alloc(0)
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error(`${host}:${port} did not answer within ${timeoutMs} ms`)))
    socket.once('error', fail)
    socket.once('close', () => fail(new Error(`${host}:${port} closed the connection`)))
    socket.once('connect', () => socket.write(metadataRequest))
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return
      try {
        resolve(decodeClusterView(received))
        socket.destroy()
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
      }
    })
  })
}

// size 15 · api key 3 · version 2 · correlation id 0 · client id "s" · no topics
const metadataRequest = Buffer.from(['0000000f', '0003', '0002', '00000000', '000173', '00000000'].join(''), 'hex')

/** Reads a Metadata v2 response, size prefix included, as far as the cluster id. */
export function decodeClusterView(response: Buffer): ClusterView {
  let at = 8 // the size and the correlation id
  const int32 = () => {
    at += 4
    return response.readInt32BE(at - 4)
  }
  const nullableString = () => {
    const length = response.readInt16BE(at)
    const start = at + 2
    at = start + Math.max(length, 0)
    return response.toString('utf8', start, at)
  }
  const nodes = Array.from({ length: int32() }, () => {
    const node = { id: int32(), host: nullableString(), port: int32() }
    nullableString() // the rack
    return node
  })
  return { clusterId: nullableString(), nodes }
}

/**
 * Polls until the broker at this address answers with a view of the cluster that is good `enough`.
 *
 * @param lost called before every try; it throws when there is nothing left to wait for
 */
export async function untilReady(
  address: { readonly host: string; readonly port: number },
  enough: (view: ClusterView) => boolean,
  options: { timeoutMs: number; lost?: () => void },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs
  for (let last = 'never tried'; ; await sleep(100)) {
    options.lost?.()
    try {
      const view = await clusterView(address.host, address.port)
      if (enough(view)) return
      last = `in cluster ${view.clusterId} it sees brokers ${view.nodes.map(node => node.id).join(', ') || 'none'}`
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > deadline) {
      throw new Error(`broker ${address.host}:${address.port} not ready after ${options.timeoutMs} ms: ${last}`)
    }
  }
}
