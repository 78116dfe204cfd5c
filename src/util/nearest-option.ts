/** An option that there is, and the table that it stands in. */
export interface KnownOption {
  readonly option: string
  readonly name: string
  readonly table: string
}

/** A part of a name that is shorter says nothing. */
const MIN_BEGINNING = 3

/**
 * The known option that an unknown one was probably meant to be: one of its own table, else one of another; undefined where none is
 * alike.
 */
export function nearestOption(asked: string, table: string, known: readonly KnownOption[]): string | undefined {
  const beside = known.filter(each => each.table === table)
  // The table itself is what it was looked for in: `producer.producer` is no misspelt `producer`.
  const others = known.filter(each => each.option !== table)
  return mostAlike(asked, beside) ?? onlyOneWithPart(asked, beside) ?? mostAlike(asked, others)
}

function mostAlike(asked: string, known: readonly KnownOption[]): string | undefined {
  const lower = asked.toLowerCase().slice(0, 64)
  let best: { readonly option: string; readonly edits: number } | undefined
  for (const { option, name } of known) {
    // The full name too: some write `'producer.acks': 1`.
    const edits = Math.min(editDistance(lower, name.toLowerCase()), editDistance(lower, option.toLowerCase()))
    const isAlike = edits <= Math.max(1, Math.ceil(Math.min(asked.length, name.length) / 3))
    if (isAlike && (best === undefined || edits < best.edits)) best = { option, edits }
  }
  return best?.option
}

/** As `minBytes` for `min`, and `totalCount` for `count`. */
function onlyOneWithPart(asked: string, known: readonly KnownOption[]): string | undefined {
  if (asked.length < MIN_BEGINNING) return undefined
  const part = asked.toLowerCase()
  const having = known.filter(({ name }) => name.toLowerCase().startsWith(part) || name.toLowerCase().endsWith(part))
  return having.length === 1 ? having[0]!.option : undefined
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replace, previous[j]! + 1, row[j - 1]! + 1))
    }
    previous = row
  }
  return previous[b.length]!
}
