import { type BrokerErrorName, errorCodes } from '../errors/broker-codes.ts'

export interface RecordError {
  readonly batchIndex: number
  readonly batchIndexErrorMessage: string
}

/** Why a broker does not do what it is asked: the error code of the answer, and its message where there is room for one. */
export class Refusal extends Error {
  readonly errorCode: number
  /** Which records of a batch are at fault (KIP-467). */
  readonly recordErrors: readonly RecordError[]

  constructor(error: BrokerErrorName | number, message = '', recordErrors: readonly RecordError[] = []) {
    super(message)
    this.recordErrors = recordErrors
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
