const UNTRUSTED = '; its certificate is of an authority that is not trusted here: give that in net.tls.ca'
const UNNAMED = '; the broker wants a certificate of this client: give it in net.tls, as cert and key, or as pfx'

/** What to do about errors of TLS, by Node's code. */
export const tlsHints: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  CERT_HAS_EXPIRED: '; its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID:
    '; its certificate is for another name: connect to it by that one, or say in net.tls.servername which one it is',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: UNNAMED,
}

/** What went wrong: OpenSSL's own message is the line of its source, and where that is. */
export function reasonOf(error: Error): string {
  const { reason, library } = error as { readonly reason?: unknown; readonly library?: unknown }
  return typeof library === 'string' && typeof reason === 'string' ? reason : error.message
}
