import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const guardFile = new URL('../../../scripts/kafka/guard.ts', import.meta.url)

describe('guard', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samsa-test-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** Runs a program that sets a guard and then ends in this way; tells whether the guard's command ran. */
  async function commandRan(ending: string): Promise<boolean> {
    const done = join(folder, randomUUID())
    const program = `
      import { guard } from ${JSON.stringify(guardFile.href)}
      const dismiss = guard(['touch', ${JSON.stringify(done)}])
      ${ending}`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      stdio: 'ignore',
    })
    await once(child, 'exit')
    for (let tries = 0; tries < 20 && !existsSync(done); tries++) await sleep(25)
    return existsSync(done)
  }

  it.concurrent.each([
    ['exits', 'process.exit(3)'],
    ['is killed', 'process.kill(process.pid, "SIGKILL")'],
  ])('acts when the program %s', async (_, ending) => {
    expect(await commandRan(ending)).toBe(true)
  })

  it.concurrent('does not act once dismissed', async () => {
    expect(await commandRan('dismiss()')).toBe(false)
  })
})
