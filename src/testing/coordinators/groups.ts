import { errorCodes } from '../../errors/broker-codes.ts'
import type { Store } from '../store.ts'
import { Group } from './group.ts'
import type { Limits } from './options.ts'
import { Ownership } from './ownership.ts'
import { joinRefused, keepAlive, syncRefused } from './rebalance.ts'
import { Timers } from './timers.ts'

/** All classic groups of a cluster, whichever broker coordinates them. */
export class Groups {
  readonly limits: Limits
  readonly #store: Store
  readonly #groups = new Map<string, Group>()
  readonly #ownership: Ownership

  constructor(store: Store, limits: Limits) {
    this.limits = limits
    this.#store = store
    this.#ownership = new Ownership('group', store)
    store.onTopicDeleted(topic => {
      for (const group of this.#groups.values()) group.offsets.deleteTopic(topic)
    })
  }

  /** The error with which `broker` answers requests about the group, or NONE if it coordinates it. */
  check(groupId: string, broker: number): number {
    return this.#ownership.check(groupId, broker)
  }

  get(groupId: string): Group | undefined {
    return this.#groups.get(groupId)
  }

  getOrCreate(groupId: string): Group {
    const group = this.#groups.get(groupId) ?? new Group(groupId, this.limits, new Timers(this.#store.clock))
    this.#groups.set(groupId, group)
    return group
  }

  all(): IterableIterator<Group> {
    return this.#groups.values()
  }

  /** Those that `broker` coordinates. */
  at(broker: number): Group[] {
    return [...this.#groups.values()].filter(({ id }) => this.#ownership.owns(id, broker))
  }

  delete(group: Group): void {
    group.moveTo('Dead')
    group.timers.cancelAll()
    this.#groups.delete(group.id)
  }

  /**
   * Looks which groups another broker coordinates now. Who waits at the old one is sent away; the new one takes up the
   * last generation that got its assignment, and waits for heartbeats from its members.
   */
  coordinatorsMoved(): void {
    for (const groupId of this.#ownership.moved()) {
      const group = this.#groups.get(groupId)
      group?.timers.cancelAll()
      for (const member of group?.members.values() ?? []) {
        member.answerJoin(joinRefused(errorCodes.NOT_COORDINATOR, member.id))
        member.answerSync(syncRefused(errorCodes.NOT_COORDINATOR))
      }
      group?.restore()
      this.#ownership.load(groupId, this.limits.loadMs, () => {
        for (const member of group?.members.values() ?? []) keepAlive(group!, member)
      })
    }
  }

  /** Stops all timers. Nothing that still waits is answered. */
  close(): void {
    this.#ownership.close()
    for (const group of this.#groups.values()) group.timers.cancelAll()
  }
}
