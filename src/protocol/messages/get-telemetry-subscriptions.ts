import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, string, uuid } from '../schema.ts'

/** Which metrics the cluster wants of this client (KIP-714). */
export const GetTelemetrySubscriptions = api(
  71,
  'GetTelemetrySubscriptions',
  { versions: [0, 0], flexible: 0, route: 'any' },
  {
    /** The zero uuid at first; then the one that was answered. */
    clientInstanceId: uuid,
  },
  {
    throttleTimeMs: int32,
    errorCode,
    /** A new one where the zero uuid was sent. */
    clientInstanceId: uuid,
    subscriptionId: int32,
    /** By the codes of record batches: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    acceptedCompressionTypes: array(int8),
    /** When to ask or to push next. */
    pushIntervalMs: int32,
    telemetryMaxBytes: int32,
    /** Counters as changes since the last push, not as totals. */
    deltaTemporality: bool,
    /** Prefixes of names: none for no metrics, the empty string for all. */
    requestedMetrics: array(string),
  },
)
