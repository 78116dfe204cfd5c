import { type Broker, handle, type KafkaHandle } from './handle.ts'
import { clusterView } from './ready.ts'

/** Uses the cluster whose plain listeners are given as `host:port,host:port`, as it is, and leaves it as it was. */
export async function useExternal(list: string): Promise<KafkaHandle> {
  const bootstrap = list.split(',').map(address => address.trim())
  const { hostname, port } = new URL(`tcp://${bootstrap[0]}`)
  const { nodes } = await clusterView(hostname.replace(/^\[|\]$/g, ''), Number(port || 9092)).catch(error => {
    throw new Error(`KAFKA_BROKERS is set to ${list}, but no Kafka answers there: ${error.message}`)
  })
  return handle({
    kind: 'external' as const,
    version: process.env.KAFKA_VERSION ?? 'unknown',
    bootstrap,
    listeners: { PLAINTEXT: bootstrap },
    brokers: nodes.map(node => ({ ...node, ...uncontrolled })),
    stop: async () => {},
  })
}

const refuse = (what: string) => async (): Promise<never> => {
  throw new Error(`cannot ${what} a broker of the external cluster in KAFKA_BROKERS; ask for { exclusive: true }`)
}

const uncontrolled: Pick<Broker, 'kill' | 'stop' | 'start' | 'pause' | 'resume'> = {
  kill: refuse('kill'),
  stop: refuse('stop'),
  start: refuse('start'),
  pause: refuse('pause'),
  resume: refuse('resume'),
}
