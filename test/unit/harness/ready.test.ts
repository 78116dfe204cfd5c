import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { clusterView, untilReady } from '../../../scripts/kafka/ready.ts'

const response = Buffer.from(
  [
    '00000042', // size
    '00000000', // correlation id
    '00000002', // brokers
    '00000001', // id
    '00093132372e302e302e31', // 127.0.0.1
    '00002384', // port 9092
    'ffff', // no rack
    '00000002',
    '00093132372e302e302e31',
    '00002385',
    '000161', // rack a
    '000573616d7361', // cluster samsa
    '00000001', // controller id
    '00000000', // topics
  ].join(''),
  'hex',
)

let server: Server | undefined
afterEach(() => server?.close())

async function serve(answer: Buffer | undefined): Promise<number> {
  const own = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => {
      if (answer === undefined) {
        socket.end()
        return
      }
      // In two parts, as TCP may deliver it.
      socket.write(answer.subarray(0, 9))
      setTimeout(() => socket.write(answer.subarray(9)), 5)
    })
  })
  server = own
  await new Promise<void>(resolve => own.listen(0, '127.0.0.1', resolve))
  const address = own.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('readiness', () => {
  it('reads the cluster id and the live brokers', async () => {
    expect(await clusterView('127.0.0.1', await serve(response))).toEqual({
      clusterId: 'samsa',
      nodes: [
        { id: 1, host: '127.0.0.1', port: 9092 },
        { id: 2, host: '127.0.0.1', port: 9093 },
      ],
    })
  })

  it('fails when the broker hangs up', async () => {
    await expect(clusterView('127.0.0.1', await serve(undefined))).rejects.toThrow('closed the connection')
  })

  it('says what it last saw when the time is up', async () => {
    const address = { host: '127.0.0.1', port: await serve(response) }
    await expect(untilReady(address, ({ nodes }) => nodes.length === 3, { timeoutMs: 0 })).rejects.toThrow(
      'in cluster samsa it sees brokers 1, 2',
    )
  })

  it('gives up at once when the broker is lost', async () => {
    const lost = () => {
      throw new Error('it is gone')
    }
    await expect(untilReady({ host: '127.0.0.1', port: 1 }, () => true, { timeoutMs: 1_000, lost })).rejects.toThrow(
      'it is gone',
    )
  })
})
