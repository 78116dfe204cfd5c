/**
 * Frames without the length in front, written by hand from https://kafka.apache.org/protocol, a group of bytes a line.
 * All requests have correlation id 7 and client id `samsa`.
 */

function frame(...groups: string[]): Buffer {
  return Buffer.from(groups.join('').replaceAll(' ', ''), 'hex')
}

const CLIENT_ID = '0005 73616d7361' // int16 length, in flexible headers too
const ORDERS = '0006 6f7264657273' // int16 length
const COMPACT_ORDERS = '07 6f7264657273' // length + 1 as an unsigned varint
const LOCALHOST = '0009 6c6f63616c686f7374'
const COMPACT_LOCALHOST = '0a 6c6f63616c686f7374'
const TOPIC_ID = '000102030405060708090a0b0c0d0e0f'

export const apiVersions = {
  requestV0: frame(
    '0012 0000', // API key 18, version 0
    '00000007', // correlation id
    CLIENT_ID, // and no body
  ),
  requestV3: frame(
    '0012 0003',
    '00000007',
    CLIENT_ID,
    '00', // no tagged fields in the header
    '06 73616d7361', // client software name
    '06 302e312e30', // client software version
    '00', // no tagged fields
  ),
  responseV0: frame(
    '00000007', // correlation id
    '0000', // error code
    '00000002', // two API keys
    '0003 0000 000d', // Metadata, 0 to 13
    '0012 0000 0004', // ApiVersions, 0 to 4
  ),
  responseV3: frame(
    '00000007', // header version 0 for ever: no tagged fields, though the body is flexible
    '0000',
    '03', // two API keys
    '0003 0000 000d 00', // each with its tagged fields
    '0012 0000 0004 00',
    '00000000', // throttle time
    '02', // two tagged fields
    '01 08 0000000000000005', // tag 1, 8 bytes: epoch of the finalized features
    '02 17', // tag 2, 23 bytes: finalized features
    '02', // one feature
    '11 6d657461646174612e76657273696f6e', // metadata.version
    '001d 0007 00', // maximum level, minimum level, tagged fields
  ),
}

export const metadata = {
  requestV1All: frame(
    '0003 0001',
    '00000007',
    CLIENT_ID,
    'ffffffff', // null: all topics
  ),
  requestV1: frame(
    '0003 0001',
    '00000007',
    CLIENT_ID,
    '00000001', // one topic
    ORDERS,
  ),
  requestV12: frame(
    '0003 000c',
    '00000007',
    CLIENT_ID,
    '00',
    '02', // one topic
    '00000000000000000000000000000000', // no topic id
    COMPACT_ORDERS,
    '00', // the tagged fields of the topic
    '00', // no automatic creation
    '01', // authorized operations of topics
    '00',
  ),
  responseV1: frame(
    '00000007',
    '00000001', // one broker
    '00000002', // node id
    LOCALHOST,
    '00002384', // port 9092
    'ffff', // no rack
    '00000002', // controller
    '00000001', // one topic
    '0000', // error code
    ORDERS,
    '00', // not internal
    '00000001', // one partition
    '0000', // error code
    '00000000', // partition 0
    '00000002', // leader
    '00000002 00000002 00000003', // two replicas
    '00000001 00000002', // one of them in sync
  ),
  responseV12: frame(
    '00000007',
    '00', // header version 1: no tagged fields
    '00000100', // throttle time
    '02', // one broker
    '00000002',
    COMPACT_LOCALHOST,
    '00002384',
    '02 61', // rack a
    '00',
    '04 616263', // cluster id
    '00000002', // controller
    '02', // one topic
    '0000',
    COMPACT_ORDERS,
    TOPIC_ID,
    '00', // not internal
    '02', // one partition
    '0000',
    '00000000',
    '00000002', // leader
    '00000009', // leader epoch
    '03 00000002 00000003', // replicas
    '02 00000002', // in sync
    '02 00000003', // offline
    '00', // the tagged fields of the partition
    '00000df8', // authorized operations
    '00', // of the topic
    '00', // of the response
  ),
}

export const produce = {
  requestV7: frame(
    '0000 0007',
    '00000007',
    CLIENT_ID,
    'ffff', // no transactional id
    'ffff', // acks -1
    '00007530', // 30 s
    '00000001', // one topic
    ORDERS,
    '00000001', // one partition
    '00000003', // partition 3
    '00000003 aabbcc', // records
  ),
  requestV9: frame(
    '0000 0009',
    '00000007',
    CLIENT_ID,
    '00',
    '00', // no transactional id
    'ffff',
    '00007530',
    '02', // one topic
    COMPACT_ORDERS,
    '02', // one partition
    '00000003',
    '04 aabbcc', // records
    '00 00 00', // the tagged fields of the partition, of the topic, of the request
  ),
  requestV13: frame(
    '0000 000d',
    '00000007',
    CLIENT_ID,
    '00',
    '00',
    'ffff',
    '00007530',
    '02',
    TOPIC_ID, // instead of the name
    '02',
    '00000003',
    '04 aabbcc',
    '00 00 00',
  ),
  responseV7: frame(
    '00000007',
    '00000001', // one topic
    ORDERS,
    '00000001', // one partition
    '00000003', // partition 3
    '0000', // error code
    '0000010000000000', // base offset
    'ffffffffffffffff', // no log append time
    '0000000000000005', // log start offset
    '00000000', // throttle time, here at the end
  ),
  responseV9: frame(
    '00000007',
    '00',
    '02',
    COMPACT_ORDERS,
    '02',
    '00000003',
    '0057', // INVALID_RECORD
    'ffffffffffffffff',
    'ffffffffffffffff',
    '0000000000000005',
    '02', // one record is at fault
    '00000001', // the second of the batch
    '03 6e6f', // why
    '00',
    '04 626164', // error message
    '00 00', // the tagged fields of the partition, of the topic
    '00000000', // throttle time
    '00',
  ),
  responseV13: frame(
    '00000007',
    '00',
    '02',
    TOPIC_ID,
    '02',
    '00000003',
    '0006', // NOT_LEADER_OR_FOLLOWER
    'ffffffffffffffff',
    'ffffffffffffffff',
    '0000000000000005',
    '01', // no record errors
    '00', // no error message
    '01', // one tagged field
    '00 09', // tag 0, 9 bytes: the current leader
    '00000004 0000000a 00', // node id, epoch, tagged fields
    '00', // the tagged fields of the topic
    '00000000', // throttle time
    '01', // one tagged field
    '00 15', // tag 0, 21 bytes: node endpoints
    '02', // one of them
    '00000004',
    COMPACT_LOCALHOST,
    '00002384',
    '00', // no rack
    '00',
  ),
}

export const fetch = {
  requestV4: frame(
    '0001 0004',
    '00000007',
    CLIENT_ID,
    'ffffffff', // replica id: a consumer
    '000001f4', // wait 500 ms
    '00000001', // at least 1 byte
    '03200000', // at most 50 MiB
    '01', // read_committed
    '00000001', // one topic
    ORDERS,
    '00000001', // one partition
    '00000003', // partition 3
    '0000010000000000', // fetch offset
    '00100000', // at most 1 MiB
  ),
  requestV13: frame(
    '0001 000d',
    '00000007',
    CLIENT_ID,
    '00',
    'ffffffff',
    '000001f4',
    '00000001',
    '03200000',
    '01',
    '0000004d', // session id
    '00000002', // session epoch
    '02', // one topic
    TOPIC_ID,
    '02', // one partition
    '00000003',
    '00000009', // current leader epoch
    '0000010000000000', // fetch offset
    '00000008', // last fetched epoch
    'ffffffffffffffff', // log start offset: a consumer has none
    '00100000',
    '00 00', // the tagged fields of the partition, of the topic
    '02', // one forgotten topic
    TOPIC_ID,
    '02 00000001', // its partition 1
    '00',
    '02 61', // rack a
    '01', // one tagged field
    '00 04 04616263', // tag 0, 4 bytes: cluster id
  ),
  responseV4: frame(
    '00000007',
    '00000000', // throttle time
    '00000001', // one topic
    ORDERS,
    '00000001', // one partition
    '00000003',
    '0000',
    '0000010000000000', // high watermark
    '0000000000000011', // last stable offset
    '00000001', // one aborted transaction
    '00000000000003e8 0000000000000010', // producer id, first offset
    '00000003 aabbcc', // records
  ),
  responseV13: frame(
    '00000007',
    '00',
    '00000000',
    '0000', // error code
    '0000004d', // session id
    '02', // one topic
    TOPIC_ID,
    '02', // one partition
    '00000003',
    '0000',
    '0000010000000000',
    '0000000000000011',
    '0000000000000005', // log start offset
    '00', // no aborted transactions: null
    '00000002', // preferred read replica
    '00', // no records: null
    '01', // one tagged field
    '00 0d', // tag 0, 13 bytes: diverging epoch
    '00000008 000000000000000c 00', // epoch, end offset, tagged fields
    '00', // the tagged fields of the topic
    '00', // of the response
  ),
}
