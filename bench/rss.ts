import { readFileSync } from 'node:fs'

/** The most memory that this process had at a time. */
export function peakRssBytes(): number {
  // What getrusage tells on Linux is not less than what the parent had when it forked.
  const kib = /^VmHWM:\s*(\d+) kB/m.exec(status())?.[1] ?? process.resourceUsage().maxRSS
  return Number(kib) * 1024
}

function status(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1')
  } catch {
    return ''
  }
}
