/** Starts to count time and processor time; the function that it gives tells how much it was. */
export function stopwatch(): () => { readonly seconds: number; readonly cpuSeconds: number } {
  const started = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { seconds: (performance.now() - started) / 1e3, cpuSeconds: (user + system) / 1e6 }
  }
}
