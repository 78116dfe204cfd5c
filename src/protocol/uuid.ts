/**
 * The uuid that was read last. One request after the other names the same topic, and to make its text of its bytes, or its bytes of
 * its text, takes longer than all else in a small request.
 */
let lastText = 'A'.repeat(22)
const lastWords = new Int32Array(4)

/** The 16 bytes at `at` as 22 characters of base64url, as Kafka prints them. */
export function readUuid(bytes: Buffer, at: number): string {
  let word = 0
  while (word < 4 && lastWords[word] === bytes.readInt32BE(at + 4 * word)) word++
  if (word === 4) return lastText
  for (word = 0; word < 4; word++) lastWords[word] = bytes.readInt32BE(at + 4 * word)
  lastText = bytes.toString('base64url', at, at + 16)
  return lastText
}

/** Answers false where the text is not that of a uuid. */
export function writeUuid(text: string, bytes: Buffer, at: number): boolean {
  if (text === lastText) {
    for (let word = 0; word < 4; word++) bytes.writeInt32BE(lastWords[word]!, at + 4 * word)
    return true
  }
  // Buffer skips what is not base64url, so the length is checked twice.
  return text.length === 22 && bytes.write(text, at, 16, 'base64url') === 16
}
