/** An iterator over what `next` gives until that is undefined; leaving it early calls `onLeft`. */
export function iteration<T extends object>(
  next: () => Promise<T | undefined>,
  onLeft: () => void,
): AsyncIterableIterator<T, undefined> {
  const iterator: AsyncIterableIterator<T, undefined> = {
    next: async () => {
      const value = await next()
      return value === undefined ? { done: true, value: undefined } : { done: false, value: value as T }
    },
    return: async () => {
      onLeft()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}
