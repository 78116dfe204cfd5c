import type { SerializedError } from 'vitest'
import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/**
 * Ends a run with one line a ring, such as `unit: 120 passed, 0 failed, 0 skipped`, that people and programs can rely
 * on, and before it says why tests were skipped. A run in which nothing passed or failed is a failure: it shows nothing.
 */
export class RingReporter implements Reporter {
  readonly #write: (line: string) => void
  #rings: string[] = []

  constructor(write: (line: string) => void = line => console.log(line)) {
    this.#write = write
  }

  onInit(vitest: Pick<Vitest, 'projects'>): void {
    this.#rings = vitest.projects.map(project => project.name)
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const rings = new Map(this.#rings.map(name => [name, { passed: 0, failed: 0, skipped: 0 }]))
    const ringOf = new Map<unknown, Counts>()
    const skips: string[] = []
    for (const module of modules) {
      const counts = rings.get(module.project.name) ?? { passed: 0, failed: 0, skipped: 0 }
      rings.set(module.project.name, counts)
      ringOf.set(module.moduleId, counts)
      count(module, counts, skips)
    }
    // Thrown into the void while a file ran: no test has it, but the ring failed.
    let strays = 0
    for (const error of unhandledErrors) {
      const counts = ringOf.get(error.VITEST_TEST_PATH)
      if (counts === undefined) strays++
      else counts.failed++
    }
    for (const line of skips) this.#write(line)
    if (strays > 0) this.#write(`errors outside of any test file: ${strays}`)
    if (reason === 'interrupted') this.#write('the run was interrupted')
    let ran = 0
    for (const [name, { passed, failed, skipped }] of rings) {
      this.#write(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
      ran += passed + failed
    }
    if (ran === 0) process.exitCode = 1
  }
}

function count(module: TestModule, counts: Counts, skips: string[]): void {
  let failedTests = 0
  for (const test of module.children.allTests()) {
    const result = test.result()
    if (result.state === 'passed') counts.passed++
    else if (result.state === 'failed') failedTests++
    else {
      counts.skipped++
      // Those without a reason are mostly the many that a filter on the command line leaves out.
      if (result.state === 'skipped' && result.note) skips.push(`skipped: ${test.fullName} (${result.note})`)
    }
  }
  counts.failed += failedTests
  // A file that does not load, or a hook that throws, has no failed test of its own.
  if (failedTests === 0 && module.state() === 'failed') counts.failed++
}
