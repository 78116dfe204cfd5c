/** What a bit field of authorized operations is where it was not asked for. */
export const UNKNOWN_OPERATIONS = -2147483648
