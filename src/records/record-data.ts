/** A key, a value or a header's value: text is written as UTF-8. Null and empty are different. */
export type RecordData = string | Uint8Array | null

/** Headers in the order in which they are written; a name may occur more than once. */
export type RecordHeaderList = ReadonlyArray<readonly [name: string, value: RecordData]>
