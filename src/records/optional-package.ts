import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Throws where a package is not installed, or has no binary for this machine. */
type Load = (name: string) => unknown

/**
 * A `require` for packages that may be missing. Bundlers neither see nor follow it, so that a bundle works without them. As
 * CommonJS this file has a `__filename`, as an ES module an `import.meta.url`, never both; where a bundler has left neither, it
 * is the working directory that packages are looked for from.
 */
function loader(): Load {
  try {
    return createRequire(typeof __filename === 'string' ? __filename : import.meta.url)
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
