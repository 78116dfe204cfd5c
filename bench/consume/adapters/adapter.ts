import type { Task } from '../task.ts'

/** A value as the client gives it. */
export type Value = Buffer | string

/** What adapters give what they read to. */
export interface Sink {
  add(value: Value): void
  /** Messages that nobody looks into. */
  skip(messages: number): void
}

/** A client that reads a topic from its start. */
export interface Reader {
  readonly version: string
  close(): Promise<unknown>
}

/** Connects a client, and begins to read in the background. */
export type Adapter = (task: Task, sink: Sink) => Promise<Reader>

/** For clients that read in a group: another one each time. */
export function newGroup(): string {
  return `bench-${process.pid}-${Date.now()}`
}
