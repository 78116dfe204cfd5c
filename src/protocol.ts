/** Kafka's protocol for tools: every API's schema, its encoder and decoder, and record batches. Published as `samsa/protocol`. */
export { ProtocolError, UnsupportedVersionError } from './errors/client-errors.ts'
export { KafkaError, type Remedy } from './errors/kafka-error.ts'
export type { Api, DecodedRequest, EncodableResponse, Request, Response, Route } from './protocol/api.ts'
export { apis } from './protocol/apis.ts'
export { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './protocol/codec.ts'
