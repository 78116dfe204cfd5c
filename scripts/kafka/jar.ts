import { readFile } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'

/**
 * Reads the entries of a jar (or any zip) whose path `wanted` accepts, by path. It is written out because neither
 * `unzip` nor a JDK's `jar` is there on every machine; zip64 and encryption are left out, for no Kafka jar has them.
 */
export async function readJar(path: string, wanted: (entry: string) => boolean): Promise<Map<string, Buffer>> {
  const zip = await readFile(path)
  const entries = new Map<string, Buffer>()
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error(`${path} is not a jar: it has no central directory`)
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (wanted(name)) entries.set(name, entryData(zip, at, `${path}!${name}`))
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return entries
}

function entryData(zip: Buffer, directoryEntry: number, label: string): Buffer {
  const method = zip.readUInt16LE(directoryEntry + 10)
  const size = zip.readUInt32LE(directoryEntry + 20)
  // The local header repeats the name but may carry another extra field: its own lengths count.
  const local = zip.readUInt32LE(directoryEntry + 42)
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const data = zip.subarray(start, start + size)
  if (method === 0) return data
  if (method === 8) return inflateRawSync(data)
  throw new Error(`${label} is compressed by method ${method}, which this reader does not know`)
}
