import { errorCodes } from '../../errors/broker-codes.ts'

/** PRODUCER_FENCED by the name that clients know it by; any other code as it is. */
export function fencedAs(known: number, errorCode: number): number {
  return errorCode === errorCodes.PRODUCER_FENCED ? known : errorCode
}
