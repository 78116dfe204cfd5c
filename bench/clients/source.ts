import { createRequire } from 'node:module'

/** What every adapter is told of its client and the cluster. */
export interface Source {
  /** Where the client is: the folder that its package is installed in, or the file to import. */
  readonly from: string
  readonly brokers: readonly string[]
}

export type Compression = 'none' | 'lz4' | 'zstd'

/** A `require` that finds what is installed there. */
export function requireFrom(folder: string): NodeJS.Require {
  return createRequire(`${folder}package.json`)
}

export function versionOf(folder: string, name: string): string {
  return (requireFrom(folder)(`${folder}node_modules/${name}/package.json`) as { version: string }).version
}
