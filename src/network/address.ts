import { isIPv6 } from 'node:net'

/** Where a broker listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

const DEFAULT_PORT = 9092
const MAX_PORT = 65_535

export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** Reads `host:port`, `[v6]:port`, or a host alone, which means Kafka's port 9092. Gives undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, v6, name, digits] = match
  if (v6 !== undefined && !isIPv6(v6)) return undefined
  const port = digits === undefined ? DEFAULT_PORT : Number(digits)
  return isPort(port) ? { host: v6 ?? name!, port } : undefined
}

export function isPort(port: number): boolean {
  return port >= 1 && port <= MAX_PORT
}
