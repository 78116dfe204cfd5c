/** Kafka's protocol for tools: every API's schema, its encoder and decoder, and record batches. Published as `samsa/protocol`. */
export {
  ConfigurationError,
  type ConfigurationProblem,
  ProtocolError,
  UnsupportedVersionError,
} from './errors/client-errors.ts'
export { KafkaError, type Remedy } from './errors/kafka-error.ts'
export type { Api, DecodedRequest, EncodableResponse, Request, Response, Route } from './protocol/api.ts'
export { apis } from './protocol/apis.ts'
export { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './protocol/codec.ts'
export { ConsumerProtocolAssignment } from './protocol/embedded/consumer-protocol-assignment.ts'
export { ConsumerProtocolSubscription } from './protocol/embedded/consumer-protocol-subscription.ts'
export { ControlRecordTypeSchema, controlRecordTypes, EndTxnMarker } from './protocol/embedded/control-record.ts'
export {
  type DecodedMessage,
  decodeMessage,
  type EmbeddedMessage,
  type EncodableMessage,
  encodeMessage,
} from './protocol/embedded/message.ts'
export {
  CooperativeStickyAssignorUserData,
  StickyAssignorUserData,
} from './protocol/embedded/sticky-assignor-user-data.ts'
export { type DecodeRecordBatchesOptions, decodeRecordBatches } from './records/batch-decoder.ts'
export type { TimestampType } from './records/batch-header.ts'
export type { CodecName } from './records/compression/codec.ts'
export { type ControlMarker, controlMarkers, endTransactionRecord } from './records/control.ts'
export { type EncodeRecordBatchOptions, encodeRecordBatch, type RecordInit } from './records/encode-record-batch.ts'
export { type RecordHeader, RecordHeaders } from './records/headers.ts'
export { KafkaRecord, type RecordJson } from './records/record.ts'
export { RecordBatch } from './records/record-batch.ts'
