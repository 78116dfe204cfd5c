import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { run } from '../../../scripts/kafka/run.ts'
import { docPrograms, newFolder, writePrograms } from '../../support/doc-programs.ts'

// They are run by test/embedded/doc-examples.test.ts, which does not look at types.
it('the examples of all pages have the right types', { timeout: 180_000 }, async () => {
  const folder = await newFolder()
  const root = resolve('.')
  for (const [page, programs] of await docPrograms()) {
    const subfolder = join(folder, page)
    await mkdir(subfolder, { recursive: true })
    await writePrograms(subfolder, programs)
  }
  // Users need not be as strict with themselves as the repository is with unused names.
  const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')], noUnusedLocals: false }
  const config = { extends: join(root, 'tsconfig.json'), include: ['**/*.mts'], compilerOptions }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { code: exit, output } = await run(process.execPath, [tsc, '--project', folder])
  expect(exit, output).toBe(0)
})
