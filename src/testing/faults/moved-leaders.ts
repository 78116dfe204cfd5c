import { Layers } from '../layers.ts'
import type { ClusterState } from '../state/cluster-state.ts'
import type { Partition } from '../state/partition.ts'

/** The moves of a partition that are not undone. */
interface Moves {
  /** Who led before the first of them. */
  readonly before: number
  readonly leaders: Layers<number>
}

/** Leaders that a test has moved. */
export class MovedLeaders {
  readonly #state: ClusterState
  readonly #moves = new Map<Partition, Moves>()

  constructor(state: ClusterState) {
    this.#state = state
  }

  /**
   * Makes a broker lead a partition. The returned function brings back who led before, or in the newest move that is left, if
   * that one can lead then.
   *
   * @throws ConfigurationError when that broker cannot lead the partition.
   */
  move(partition: Partition, broker: number): () => void {
    const moves = this.#moves.get(partition) ?? { before: partition.leader, leaders: new Layers<number>() }
    this.#state.moveLeader(partition, broker)
    this.#moves.set(partition, moves)
    const { before, leaders } = moves
    const takeBack = leaders.add(broker)
    return () => {
      takeBack()
      if (leaders.newest === undefined) this.#moves.delete(partition)
      const leader = leaders.newest?.value ?? before
      if (this.#state.canLead(partition, leader)) this.#state.moveLeader(partition, leader)
    }
  }
}
