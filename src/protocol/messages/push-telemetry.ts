import { api } from '../api.ts'
import { bool, bytes, errorCode, int8, int32, uuid } from '../schema.ts'

/** Delivers metrics (KIP-714), to the broker that subscribed to them. */
export const PushTelemetry = api(
  72,
  'PushTelemetry',
  { versions: [0, 0], flexible: 0, route: 'any' },
  {
    clientInstanceId: uuid,
    subscriptionId: int32,
    /** The client is closing: the last push. */
    terminating: bool,
    /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    compressionType: int8,
    /** MetricsData of OpenTelemetry (OTLP) version 1, as protobuf. */
    metrics: bytes,
  },
  {
    throttleTimeMs: int32,
    errorCode,
  },
)
