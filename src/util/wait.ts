/** Those who listen to one signal, and the one listener of the signal that serves them all. */
interface Hub {
  readonly calls: Set<() => void>
  readonly onAbort: () => void
}

const hubs = new WeakMap<AbortSignal, Hub>()

/**
 * Calls `listener` once when the signal is aborted, at once if it is already; the returned function takes that back. All
 * listeners of a signal share one of its own, since Node warns of a leak when a signal has many.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener()
    return () => {}
  }
  const { calls, onAbort } = hubs.get(signal) ?? openHub(signal)
  // Wrapped, so that a function that listens twice is called twice.
  const call = () => listener()
  calls.add(call)
  return () => {
    if (!calls.delete(call) || calls.size > 0) return
    signal.removeEventListener('abort', onAbort)
    hubs.delete(signal)
  }
}

function openHub(signal: AbortSignal): Hub {
  const calls = new Set<() => void>()
  const onAbort = () => {
    for (const call of calls) call()
  }
  const hub = { calls, onAbort }
  hubs.set(signal, hub)
  signal.addEventListener('abort', onAbort, { once: true })
  return hub
}

/**
 * The outcome of `promise`, or the reason of the signal when that is aborted first. Only the wait is dropped: what the
 * promise stands for goes on, and its late rejection is not left unhandled.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason))
    promise.then(resolve, reject).finally(forget)
  })
}

/** Resolves after `ms` milliseconds; rejects with the reason of the signal when that is aborted, and leaves no timer. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const forget = onAbort(signal, () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
    const timer = setTimeout(() => {
      forget()
      resolve()
    }, ms)
  })
}

/** The outcome of `promise`, or the error of `late` after `ms` milliseconds; leaves no timer when the signal is aborted. */
export function within<T>(promise: Promise<T>, ms: number, late: () => Error, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms)
    abortable(promise, signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** One signal that is aborted with the first of two; `dispose` lets go of both. */
export function eitherSignal(
  first: AbortSignal,
  second: AbortSignal | undefined,
): { signal: AbortSignal; dispose(): void } {
  if (second === undefined) return { signal: first, dispose() {} }
  const controller = new AbortController()
  const forgetFirst = onAbort(first, () => controller.abort(first.reason))
  const forgetSecond = onAbort(second, () => controller.abort(second.reason))
  return {
    signal: controller.signal,
    dispose() {
      forgetFirst()
      forgetSecond()
    },
  }
}
