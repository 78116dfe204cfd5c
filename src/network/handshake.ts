import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ProtocolError } from '../errors/client-errors.ts'
import type { Api, Request, Response } from '../protocol/api.ts'
import { decodeResponse } from '../protocol/codec.ts'
import { type Frame, keepFrame } from '../protocol/frame.ts'
import { responseBodyStart } from '../protocol/header.ts'
import { ApiVersions } from '../protocol/messages/api-versions.ts'
import type { VersionRange } from '../protocol/versions.ts'
import { SOFTWARE_NAME, SOFTWARE_VERSION } from './software.ts'

type Answer = Response<typeof ApiVersions>
type Ask = (api: typeof ApiVersions, version: number, body: Request<typeof ApiVersions>) => Promise<Answer>

/**
 * Asks which APIs the broker offers, in which versions. A broker that does not know the version of the question answers
 * UNSUPPORTED_VERSION in version 0 of the answer, since 2.4 with the versions it knows (KIP-511); then it is asked again.
 */
export async function negotiate(ask: Ask): Promise<ReadonlyMap<number, VersionRange>> {
  const body = { clientSoftwareName: SOFTWARE_NAME, clientSoftwareVersion: SOFTWARE_VERSION }
  const newest = ApiVersions.stable
  let answer = await ask(ApiVersions, newest, body)
  if (answer.errorCode === errorCodes.UNSUPPORTED_VERSION) {
    const known = answer.apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key)
    const version = Math.max(0, Math.min(newest - 1, known?.maxVersion ?? 0))
    answer = await ask(ApiVersions, version, body)
  }
  if (answer.errorCode !== 0) throw brokerError(answer.errorCode, 'ApiVersions, the first request of a connection')
  const versions = new Map<number, VersionRange>()
  for (const { apiKey, minVersion, maxVersion } of answer.apiKeys) {
    versions.set(apiKey, { min: minVersion, max: maxVersion })
  }
  return versions
}

/** Reads an answer to ApiVersions, which may be in version 0 whatever the question was in. */
export function readVersions(_: Api, version: number, frame: Frame): Answer {
  const { bytes, start, end } = frame
  const body = keepFrame(frame, responseBodyStart(ApiVersions, version, bytes, start, end))
  if (body.length < 2) throw new ProtocolError(`an ApiVersions answer of ${end - start} bytes`)
  return decodeResponse(ApiVersions, body.readInt16BE(0) === errorCodes.UNSUPPORTED_VERSION ? 0 : version, body)
}
