import type { ApiName, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { AnyResponse, Delivery } from '../server/exchange.ts'
import type { Interceptor } from './faults.ts'

/**
 * A test's own handler of an API: what it gives is the answer. With `hang` there never is one, and `close` closes the
 * connection. With undefined the brokers answer as ever, or what `next` gave is the answer: `next` has the request handled
 * by the brokers and gives their answer, which may be changed. An error that it throws closes the connection and is told
 * in a warning of the process; the first is thrown by `cluster.stop()`.
 */
export type RequestHandler<N extends ApiName> = (
  request: RequestOf<N>,
  context: RequestContext,
  next: () => Promise<ResponseOf<N> | undefined>,
) => OwnAnswer<N> | Promise<OwnAnswer<N>>

export type OwnAnswer<N extends ApiName> = ResponseOf<N> | undefined | 'hang' | 'close'

export function answerWith<N extends ApiName>(handler: RequestHandler<N>): Interceptor {
  return async ({ request, context }, next) => {
    let handled: Promise<Delivery> | undefined
    const handle = (): Promise<Delivery> => {
      handled ??= next()
      return handled
    }
    const brokersAnswer = async () => (await handle()).body as ResponseOf<N> | undefined
    const answer = await handler(request as RequestOf<N>, context, brokersAnswer)
    if (answer === undefined) return handle()
    if (answer === 'close') return { body: undefined, closes: 'instead' }
    if (answer === 'hang') return new Promise(() => {})
    // What else is to happen to the brokers' answer happens to this one.
    const delivery = handled === undefined ? {} : await handled
    return { ...delivery, body: answer as AnyResponse }
  }
}
