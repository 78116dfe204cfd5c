import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Throws where a package is not installed, or has no binary for this machine. */
type Load = (name: string) => unknown

/**
 * A `require` for packages that may be missing. Bundlers neither see nor follow it, so that a bundle works without them. Where a
 * bundler has left no trace of this file's place, packages are looked for from the working directory.
 */
function loader(): Load {
  try {
    // The build for CommonJS puts `__filename` here.
    return createRequire(import.meta.url)
  } catch {
    return createRequire(join(process.cwd(), 'package.json'))
  }
}

let load: Load | undefined

/**
 * The exports of an optional package, which are to be looked at before they are used; undefined where it cannot be loaded. A
 * binary that was built for another Node counts as missing too.
 */
export function optionalPackage<T>(name: string): T | undefined {
  load ??= loader()
  try {
    return load(name) as T
  } catch {
    return undefined
  }
}
