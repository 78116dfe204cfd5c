import type { Producer as ProducerClass } from './producer.ts'
import type { Data } from './types.ts'

/**
 * Sends messages. Those that are given in one go leave as one batch a partition; the order within a partition is
 * the order of the calls. Made by `kafka.producer()`, whose serializers decide what keys and values it takes.
 */
// A class with private fields is assignable to nothing but itself. This is all but those, so that mocks can take its place.
export interface Producer<K = Data, V = Data> extends Pick<ProducerClass<K, V>, keyof ProducerClass<K, V>> {}
