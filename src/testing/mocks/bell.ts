/** Wakes everyone who waits for a change. */
export class Bell {
  #waiting: (() => void)[] = []

  wait(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  ring(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
