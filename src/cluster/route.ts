import { errorCodes } from '../errors/broker-codes.ts'
import { type BrokerError, brokerError } from '../errors/broker-error.ts'
import { KafkaError } from '../errors/kafka-error.ts'
import type { Broker, Purpose } from '../network/broker.ts'
import type { Body, RequestOptions } from '../network/request.ts'
import type { Api, Response } from '../protocol/api.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { retrying } from '../util/retry.ts'
import { abortable } from '../util/wait.ts'
import type { Client } from './client.ts'
import { findCoordinators } from './coordinators.ts'
import { misroutedCode } from './misrouted.ts'

/** Which broker a request goes to. */
export type RequestTarget =
  /** Any broker: all are tried until one answers. */
  | { readonly any: true }
  /** The controller; under KRaft any broker, which passes the request on. */
  | { readonly controller: true }
  /** The broker with this node id. */
  | { readonly broker: number }
  /** The leader of a partition. */
  | { readonly leader: { readonly topic: string; readonly partition: number } }
  /** The coordinator of a consumer group. */
  | { readonly group: string }
  /** The coordinator of a transactional id. */
  | { readonly transactionalId: string }

export interface RouteOptions extends RequestOptions {
  readonly signal: AbortSignal
  readonly purpose: Purpose
  readonly retry: RetryPolicy
  /** When no further try is begun, on the clock of `performance.now()`. */
  readonly deadline: number
}

/**
 * Sends a request to the broker it belongs to. It is sent again, there or elsewhere, while it fails on its way, and while the answer
 * says that it went to the wrong broker; other error codes in the answer are the caller's to read, and so are those that are left when
 * the tries are used up.
 */
export async function routed<A extends Api>(
  client: Client,
  api: A,
  body: Body<A>,
  target: RequestTarget,
  { signal, timeoutMs, maxVersion, purpose, retry, deadline }: RouteOptions,
): Promise<Response<A>> {
  let misrouted: Response<A> | undefined
  const send = (broker: Broker) => client.request(broker, api, body, { signal, timeoutMs, maxVersion }, purpose)
  const onRetry = async (error: KafkaError) => {
    if (performance.now() >= deadline) throw error
    await abortable(client.metadata.refresh(), signal).catch(() => {})
  }
  try {
    // Where no broker is there at all, `metadata.retry` is enough: inside the retries here it would be multiplied by them.
    await client.metadata.ready(signal)
    return await retrying(retry, { signal, onRetry }, async () => {
      misrouted = undefined
      const answer =
        'any' in target
          ? await client.brokers.callAny(send, signal)
          : await send(await brokerOf(client, target, signal))
      const code = misroutedCode(api, answer)
      if (code === undefined) return answer
      misrouted = answer
      throw brokerError(code, api.name)
    })
  } catch (error) {
    if (misrouted === undefined || signal.aborted) throw error
    return misrouted
  }
}

/**
 * The broker that a target stands for.
 *
 * @throws {@link BrokerError} where it is not known, or not there.
 */
export async function brokerOf(
  client: Client,
  target: Exclude<RequestTarget, { readonly any: true }>,
  signal: AbortSignal,
): Promise<Broker> {
  if ('controller' in target) return client.controller(signal)
  if ('broker' in target) {
    await client.metadata.ready(signal)
    return client.brokers.get(target.broker) ?? raise(noSuchBroker(client, target.broker))
  }
  if ('leader' in target) {
    const { topic, partition } = target.leader
    // Unlike a look-up, a refresh creates no topic.
    if (client.metadata.topic(topic) === undefined) {
      client.metadata.use(topic)
      await abortable(client.metadata.refresh(), signal)
    }
    return client.leader(topic, partition).broker
  }
  const [found] =
    'group' in target
      ? await findCoordinators(client, 'group', [target.group], signal)
      : await findCoordinators(client, 'transaction', [target.transactionalId], signal)
  return found instanceof KafkaError ? raise(found) : found!
}

/** What befalls a request for a broker that is not there. */
export function noSuchBroker(client: Client, nodeId: number): BrokerError {
  const live = [...client.metadata.snapshot.brokers.keys()].sort((a, b) => a - b).join(', ')
  return brokerError(errorCodes.BROKER_NOT_AVAILABLE, `broker ${nodeId}, which is not among the live ones (${live})`)
}

function raise(error: KafkaError): never {
  throw error
}
