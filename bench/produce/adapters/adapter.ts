import type { Task } from '../task.ts'

/** A client, connected and ready to send. */
export interface Sender {
  readonly version: string
  /** Sends about so many messages as fast as it goes; gives how many, once all of them are acknowledged. */
  sendMany(count: number): Promise<number>
  /** Sends one message and waits until it is acknowledged. */
  sendOne(): Promise<unknown>
  close(): Promise<unknown>
}

/** Connects a client. */
export type Adapter = (task: Task, values: readonly Buffer[]) => Promise<Sender>

/** What suits a client that takes arrays, as trials have shown: how many messages in each, and how many on their way. */
export interface ArrayOptions {
  readonly size: number
  readonly inFlight: number
}

/** A batch of each partition in one of these must not grow beyond what brokers take. */
const MAX_ARRAY_BYTES = 2 << 20

/** Calls `send` for `count` messages, an array at a time. */
export async function sendArrays(
  count: number,
  valueBytes: number,
  { size: atMost, inFlight }: ArrayOptions,
  send: (length: number) => Promise<unknown>,
): Promise<number> {
  const size = Math.min(atMost, Math.floor(MAX_ARRAY_BYTES / valueBytes))
  let left = count
  const loop = async (): Promise<void> => {
    while (left > 0) {
      const length = Math.min(size, left)
      left -= length
      await send(length)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, loop))
  return count
}

/** The values in turn, for ever. */
export function rotation<T>(values: readonly T[]): () => T {
  let next = 0
  return () => {
    const value = values[next]!
    next = next + 1 === values.length ? 0 : next + 1
    return value
  }
}
