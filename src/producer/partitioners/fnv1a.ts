/** FNV-1a of 32 bits, signed. */
export function fnv1a(bytes: Uint8Array, length: number): number {
  let h = 0x811c9dc5 | 0
  for (let i = 0; i < length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  return h
}
