import { afterEach, describe, expect, it } from 'vitest'
import type { TestModule, TestRunEndReason } from 'vitest/node'
import { RingReporter } from '../../support/reporter.ts'

type State = 'passed' | 'failed' | 'skipped' | 'pending'

/** As much of vitest's module as the reporter looks at. */
function file(ring: string, id: string, states: readonly State[], note?: string, broken = false): TestModule {
  const tests = states.map((state, i) => ({ fullName: `${id} ${i}`, result: () => ({ state, note }) }))
  const failed = broken || states.includes('failed')
  const module = {
    moduleId: id,
    project: { name: ring },
    children: { allTests: () => tests.values() },
    state: () => (failed ? 'failed' : 'passed'),
  }
  return module as unknown as TestModule
}

function report(
  modules: TestModule[],
  errors: { VITEST_TEST_PATH?: string }[] = [],
  reason: TestRunEndReason = 'passed',
): string[] {
  const lines: string[] = []
  const reporter = new RingReporter(line => lines.push(line))
  reporter.onInit({ projects: [{ name: 'unit' }, { name: 'kafka' }] } as Parameters<RingReporter['onInit']>[0])
  reporter.onTestRunEnd(
    modules,
    errors.map(error => ({ message: 'x', ...error })),
    reason,
  )
  return lines
}

describe('the last lines of a run', () => {
  const exitCode = process.exitCode
  afterEach(() => {
    process.exitCode = exitCode
  })

  it('count the tests of each ring', () => {
    const modules = [
      file('kafka', 'c', ['passed']),
      file('unit', 'a', ['passed', 'failed']),
      file('unit', 'b', ['passed']),
    ]
    expect(report(modules)).toEqual(['unit: 2 passed, 1 failed, 0 skipped', 'kafka: 1 passed, 0 failed, 0 skipped'])
    expect(process.exitCode).toBe(exitCode)
  })

  it('come after the reasons of skipped tests', () => {
    expect(report([file('unit', 'a', ['passed']), file('kafka', 'b', ['skipped'], 'no Java')])).toEqual([
      'skipped: b 0 (no Java)',
      'unit: 1 passed, 0 failed, 0 skipped',
      'kafka: 0 passed, 0 failed, 1 skipped',
    ])
    expect(report([file('kafka', 'b', ['skipped', 'pending'])])[0]).toBe('unit: 0 passed, 0 failed, 0 skipped')
  })

  it('count a file that fails without a failed test, and errors thrown into the void', () => {
    const modules = [file('unit', 'a', [], undefined, true), file('kafka', 'b', ['passed'])]
    expect(report(modules, [{ VITEST_TEST_PATH: 'b' }, {}], 'interrupted')).toEqual([
      'errors outside of any test file: 1',
      'the run was interrupted',
      'unit: 0 passed, 1 failed, 0 skipped',
      'kafka: 1 passed, 1 failed, 0 skipped',
    ])
  })

  it('fail a run that tested nothing', () => {
    expect(report([file('unit', 'a', ['skipped'])])).toContain('kafka: 0 passed, 0 failed, 0 skipped')
    expect(process.exitCode).toBe(1)
  })
})
