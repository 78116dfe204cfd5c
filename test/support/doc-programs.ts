import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** The pages that have programs, with these. A block that imports nothing goes on where the one before it ended. */
export async function docPrograms(): Promise<ReadonlyMap<string, readonly string[]>> {
  const docs = (await readdir('docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)
  const made = new Map<string, string[]>()
  for (const page of ['README.md', ...docs]) {
    const programs = programsIn(await readFile(page, 'utf8'))
    if (programs.length > 0) made.set(page, programs)
  }
  return made
}

function programsIn(text: string): string[] {
  const made: string[] = []
  for (const [, code] of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
    if (made.length === 0 || /^import /m.test(code!)) made.push(code!)
    else made.push(`${made.pop()}\n${code}`)
  }
  return made
}

/** Puts programs into a folder and gives their file names. */
export async function writePrograms(folder: string, programs: readonly string[]): Promise<string[]> {
  const files = programs.map((_, i) => `example-${i + 1}.mts`)
  await Promise.all(files.map((file, i) => writeFile(join(folder, file), programs[i]!)))
  return files
}

/** A folder that is removed when the test ends. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'samsa-examples-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
