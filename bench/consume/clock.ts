/** Digits at the start of a value; enough for a few hundred years. */
const DIGITS = 16

/** Microseconds, on a clock that all processes of the machine share. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

/** Writes the time at the start of a value. */
export function stamp(value: Buffer): void {
  value.write(String(nowMicros()).padStart(DIGITS, '0'), 'latin1')
}

/** The time that a value begins with. */
export function stampOf(value: Buffer | string): number {
  return Number(value.toString().slice(0, DIGITS))
}
