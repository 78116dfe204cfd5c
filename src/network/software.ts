import { name, version } from '../../package.json'

/** What brokers see of this client (KIP-511): letters, digits, dots and dashes only. */
export const SOFTWARE_NAME: string = name
export const SOFTWARE_VERSION: string = version
