/**
 * About as much text as values are cut from: a batch's worth, else what repeats would compress too well. Each value is an object
 * that is counted with the clients, so not more.
 */
const TEXT_BYTES = 1 << 20
const START = 1_700_000_000_000

/** Values of one size, one after the other: lines of JSON, of which zstd makes about a sixth. The same in every run. */
export function makeValues(valueBytes: number): Buffer {
  const next = randoms()
  const kinds = ['order', 'payment', 'shipment', 'return']
  const count = Math.floor(TEXT_BYTES / valueBytes)
  const values = Buffer.alloc(count * valueBytes)
  for (let i = 0; i < count; i++) {
    let text = ''
    while (text.length < valueBytes) {
      const time = new Date(START + i * 10).toISOString()
      text += JSON.stringify({
        id: next(1e9),
        type: kinds[next(4)],
        user: `user-${next(5000)}`,
        time,
        cents: next(1e6),
      })
    }
    values.write(text.slice(0, valueBytes), i * valueBytes, 'latin1')
  }
  return values
}

/** Cuts what `makeValues` made. */
export function cutValues(values: Buffer, valueBytes: number): Buffer[] {
  return Array.from({ length: values.length / valueBytes }, (_, i) =>
    values.subarray(i * valueBytes, (i + 1) * valueBytes),
  )
}

function randoms(): (below: number) => number {
  let state = 1
  return below => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % below
  }
}
