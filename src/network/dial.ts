import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import type { ConnectionOptions, createSecureContext, SecureContext } from 'node:tls'
import { ConfigurationError, ConnectionError, TimeoutError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Options } from '../util/options.ts'
import { onAbort } from '../util/wait.ts'
import { type Address, formatAddress, isPort } from './address.ts'
import type { netOptions } from './options.ts'
import { reasonOf, tlsHints } from './tls-errors.ts'

export type NetOptions = Options<typeof netOptions>
export type Dial = (onread: OnReadOpts) => Socket

/**
 * Waits until a socket of {@link dialer} is ready, its TLS handshake included. Aborting `signal` ends the attempt with the
 * signal's reason. The socket is destroyed when this rejects.
 *
 * @throws {@link ConnectionError} naming the address and the cause, {@link TimeoutError} after `net.dialTimeoutMs`.
 */
export function connected(socket: Socket, address: Address, options: NetOptions, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // The signal may have been aborted by now: then it settles before there is anything to forget.
    let forget = () => {}
    const settle = (error?: KafkaError) => {
      clearTimeout(timer)
      forget()
      socket.removeListener('error', onError)
      socket.removeListener('close', onClose)
      // An error may come before the one who asked listens; without a listener it would end the process.
      socket.on('error', () => {})
      if (error === undefined) return resolve()
      socket.destroy()
      reject(error)
    }
    const onError = (cause: Error) => settle(dialError(address, options, cause))
    const onClose = () => settle(new ConnectionError(formatAddress(address), closedText(address, options)))
    const timer = setTimeout(() => settle(dialTimeout(address, options)), options.dialTimeoutMs)
    socket.once(options.tls === false ? 'connect' : 'secureConnect', () => settle())
    socket.once('error', onError)
    socket.once('close', onClose)
    forget = onAbort(signal, () => settle(signal.reason))
  })
}

/**
 * How to begin to open a socket, with TLS where that is configured. What it reads goes straight to `onread`, since a stream would
 * allocate 64 KiB for each read; that can be chosen only here.
 *
 * @throws {@link ConnectionError} for an address that cannot be; a {@link ConfigurationError} for certificates that cannot be used.
 */
export async function dialer(address: Address, { tls, keepAliveMs }: NetOptions): Promise<Dial> {
  const { host, port } = address
  // Node would take no host for this machine, and throw something else for the port.
  if (host === '' || !isPort(port)) {
    const problem = `${formatAddress(address)} is no address to connect to; look at the advertised.listeners of the brokers`
    throw new ConnectionError(formatAddress(address), problem)
  }
  const keepAlive = { keepAlive: keepAliveMs > 0, keepAliveInitialDelay: keepAliveMs }
  const tcp = (onread: OnReadOpts) => ({ host, port, onread, noDelay: true, ...keepAlive })
  if (tls === false) return onread => connectTcp(tcp(onread))
  const servername = isIP(host) === 0 ? { servername: host } : {}
  // It takes 2 MiB of memory, which those who do not want it shall not spend.
  const { connect: connectTls, createSecureContext } = await import('node:tls')
  const options = tls === true ? {} : tls
  const secureContext = options.secureContext ?? contextOf(createSecureContext, options)
  return onread => {
    const socket = connectTls({ ...tcp(onread), ...servername, ...options, secureContext })
    // tls.connect passes these on to its socket only in some versions of Node.
    socket.setNoDelay(true)
    socket.setKeepAlive(keepAliveMs > 0, keepAliveMs)
    return socket
  }
}

/** What OpenSSL makes of certificates and keys, or why it cannot. */
function contextOf(create: typeof createSecureContext, options: ConnectionOptions): SecureContext {
  try {
    return create(options)
  } catch (cause) {
    const reason = reasonOf(cause as Error)
    const problem = `cannot be used: ${reason}; look at its certificates and keys (ca, cert, key, pfx, passphrase)`
    throw new ConfigurationError([{ option: 'net.tls', problem }], { cause })
  }
}

/** What a caller sees of Node's error; with several addresses of one name Node gives an AggregateError without a text. */
function dialError(address: Address, { tls }: NetOptions, cause: Error): ConnectionError {
  const where = formatAddress(address)
  const first = cause instanceof AggregateError ? (cause.errors[0] as Error) : cause
  const code = (first as NodeJS.ErrnoException).code
  const hint =
    hints[code ?? ''] ?? tlsHints[code ?? ''] ?? (tls === false ? '' : '; net.tls is set: is this a TLS listener?')
  return new ConnectionError(where, `cannot connect to ${where}: ${reasonOf(first) || code}${hint}`, { cause })
}

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: '; is a broker listening there?',
  ENOTFOUND: '; the host name does not resolve: check brokers, or the advertised.listeners of the broker',
  EAI_AGAIN: '; the host name could not be resolved: check brokers, or the advertised.listeners of the broker',
}

function closedText(address: Address, { tls }: NetOptions): string {
  const what = tls === false ? 'the connection' : 'the connection during the TLS handshake; is it a TLS listener?'
  return `${formatAddress(address)} closed ${what}`
}

function dialTimeout(address: Address, { dialTimeoutMs }: NetOptions): TimeoutError {
  return new TimeoutError(
    `cannot connect to ${formatAddress(address)} within net.dialTimeoutMs (${dialTimeoutMs} ms); is the address reachable?`,
  )
}
