import { ms } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'

/** The `admin` slice of the configuration. */
export const adminOptions = {
  /** How long the brokers may work on a request. */
  timeoutMs: ms(30_000, { min: 1 }),
  /** How often a request is tried again that failed on its way, or met a broker that was not the controller. */
  retry: retryOptions(5, 100, 1_000),
}
