/*
 * The tests on each Node that is supported, one after the other: `npm run test:matrix [-- what vitest takes]`. Prints a line a
 * version, and for one that fails all that its tests printed. Packages are those that are installed: what was compiled for
 * another Node counts as missing, as it does for users.
 */
import { delimiter, dirname, join } from 'node:path'
import { NotHereError, root, run } from './check-run.ts'
import { nodeVersion } from './node-version.ts'

const VERSIONS = [20, 22, 24]

async function test(major: number): Promise<void> {
  const node = await nodeVersion(major)
  const version = (await run(node, ['--version'])).trim()
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  // What the tests start by its name is to be of this version too.
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`
  const output = await run(node, [vitest, 'run', ...process.argv.slice(2)], root, { PATH })
  const rings = output.match(/^\w+: \d+ passed, \d+ failed, \d+ skipped$/gm) ?? []
  console.log(`Node ${version}: ok (${rings.join('; ')})`)
}

for (const major of VERSIONS) {
  try {
    await test(major)
  } catch (error) {
    const isSkipped = error instanceof NotHereError && process.env.CI !== 'true'
    if (!isSkipped) process.exitCode = 1
    console.log(`Node ${major}: ${isSkipped ? 'skipped' : 'failed'}: ${(error as Error).message}`)
  }
}
