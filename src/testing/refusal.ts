import { type BrokerErrorName, errorCodes } from '../errors/broker-codes.ts'

/** Why a broker does not do what it is asked: the error code of the answer, and its message where there is room for one. */
export class Refusal extends Error {
  readonly errorCode: number

  constructor(error: BrokerErrorName | number, message = '') {
    super(message)
    this.errorCode = typeof error === 'number' ? error : errorCodes[error]
  }
}

/** What `run` gives, or its refusal; other errors are thrown on. */
export function orRefusal<T>(run: () => T): T | Refusal {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
