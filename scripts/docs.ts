/** Writes the pages of docs/ that are made from tables, so that they cannot drift: `npm run docs`, `npm run docs -- --check`. */
import { readFile, writeFile } from 'node:fs/promises'
import { configurationPage } from './docs/configuration-page.ts'
import { errorsPage } from './docs/errors-page.ts'
import { optionTableProblems } from './docs/option-tables.ts'

const pages: Record<string, () => string> = {
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
}

const check = process.argv.includes('--check')
for (const [path, page] of Object.entries(pages)) {
  const text = page()
  const before = await readFile(path, 'utf8').catch(() => '')
  if (text === before) continue
  if (!check) await writeFile(path, text)
  else {
    console.error(`${path} is not what its tables say; run npm run docs`)
    process.exitCode = 1
  }
}

for (const problem of optionTableProblems()) {
  console.error(problem)
  process.exitCode = 1
}
