/** Names the protocol of a peer that is not Kafka from the first bytes it sent, where they give it away. */
export function foreignProtocol(first: Buffer): string | undefined {
  const text = first.toString('latin1', 0, 8)
  if (/^(HTTP\/|<!|<html|GET )/i.test(text)) return 'HTTP'
  // A TLS record: alert or handshake, version 3.x.
  if ((first[0] === 0x15 || first[0] === 0x16) && first[1] === 0x03) return 'TLS'
  if (text.startsWith('SSH-')) return 'SSH'
  if (/^(220|\+OK|-ERR|\* OK)/.test(text)) return 'a text protocol'
  return undefined
}
