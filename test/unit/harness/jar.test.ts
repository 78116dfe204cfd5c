import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readJar } from '../../../scripts/kafka/jar.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samsa-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A zip of these entries; the local headers have an extra field that the directory has not, as real jars do. */
function zip(entries: ReadonlyArray<{ name: string; data: Buffer; deflate: boolean }>): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, deflate } of entries) {
    const content = deflate ? deflateRawSync(data) : data
    const extra = Buffer.from('extra')
    const local = Buffer.alloc(30)
    local.writeUInt16LE(name.length, 26)
    local.writeUInt16LE(extra.length, 28)
    const file = Buffer.concat([local, Buffer.from(name), extra, content])
    const entry = Buffer.alloc(46)
    entry.writeUInt16LE(deflate ? 8 : 0, 10)
    entry.writeUInt32LE(content.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    files.push(file)
    directory.push(entry, Buffer.from(name))
    offset += file.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, ...directory, end])
}

it('reads the wanted entries, stored and deflated', async () => {
  const jar = join(folder, 'a.jar')
  const long = Buffer.from('{"apiKey": 0}'.repeat(100))
  await writeFile(
    jar,
    zip([
      { name: 'common/message/A.json', data: long, deflate: true },
      { name: 'other.class', data: Buffer.from('no'), deflate: false },
      { name: 'common/message/B.json', data: Buffer.from('{}'), deflate: false },
    ]),
  )
  const entries = await readJar(jar, name => name.endsWith('.json'))
  expect([...entries]).toEqual([
    ['common/message/A.json', long],
    ['common/message/B.json', Buffer.from('{}')],
  ])
})

it('refuses what is no jar', async () => {
  const jar = join(folder, 'b.jar')
  await writeFile(jar, 'hello')
  await expect(readJar(jar, () => true)).rejects.toThrow('is not a jar')
})
