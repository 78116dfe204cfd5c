import { KafkaError } from '../../errors/kafka-error.ts'

/** A mock was used in another way than the test expects. `close()` of a mock throws one that lists everything. */
export class ExpectationError extends KafkaError {
  readonly code = 'EXPECTATION'
  readonly remedy = 'none'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}
