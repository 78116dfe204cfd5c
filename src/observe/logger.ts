/** Where samsa tells what it does. `console` and pino fit as they are. Offsets and ids in `fields` are printable strings. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

function toStderr(level: string, message: string, fields?: Readonly<Record<string, unknown>>): void {
  const details = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${String(value)}`)
  process.stderr.write(`samsa ${level}: ${message}${details.join('')}\n`)
}

/** The default: warnings and errors to stderr, a line each. */
export const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, fields) => toStderr('warn', message, fields),
  error: (message, fields) => toStderr('error', message, fields),
}

/** A logger whose methods never throw: what samsa does must not depend on whether it can be told. */
export function safeLogger(logger: Logger): Logger {
  const guarded = (level: keyof Logger): Logger['info'] => {
    return (message, fields) => {
      try {
        logger[level](message, fields)
      } catch {
        // There is nowhere to say it.
      }
    }
  }
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') }
}
