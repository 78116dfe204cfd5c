import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const docs = (await readdir('docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)

async function prose(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^```.*?^```$/gms, '')
}

/** The anchors of a page's headings, as GitHub makes them. */
async function anchors(path: string): Promise<string[]> {
  const headings = [...(await prose(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!)
  return headings.map(text =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it.each(['README.md', ...docs])('the links of %s lead somewhere', async page => {
  const dead: string[] = []
  for (const [, link] of (await prose(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link!)) continue
    const [file = '', anchor] = link!.split('#')
    const target = file === '' ? page : join(dirname(page), file)
    if (!existsSync(target)) dead.push(link!)
    else if (anchor !== undefined && !(await anchors(target)).includes(anchor)) dead.push(link!)
  }
  expect(dead).toEqual([])
})
