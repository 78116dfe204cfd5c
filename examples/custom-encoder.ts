/**
 * Sends objects, as JSON and in a binary format, by an Encoder and by a serializer, and reads them back.
 *
 *     npx tsx scripts/with-kafka.ts examples/custom-encoder.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/custom-encoder.ts    a Kafka that runs already
 */
import { type Encoder, json, Kafka, type Serde, SerializationError, string } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'custom-encoder' })

const topic = `custom-encoder-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error

/** Any object that can encode itself may be a key, a value or a header of a message, as in sarama. */
class Person implements Encoder {
  readonly name: string
  readonly age: number

  constructor(name: string, age: number) {
    this.name = name
    this.age = age
  }

  // Called once, when the message is given to the producer. It may also make bytes; a string is sent as UTF-8.
  encode(): string {
    return JSON.stringify(this)
  }
}

const plain = kafka.producer()
await plain.send({ topic, key: 'alice', value: new Person('Alice', 42) })
console.log('sent a person who encodes herself')

// `json<Person>()` is there already, for a producer all of whose values are persons; it sends the same bytes.
const persons = kafka.producer({ key: string(), value: json<Person>() })
await persons.send({ topic, key: 'bob', value: new Person('Bob', 37) })
console.log('sent a person by the serializer for JSON')

let seen = 0
for await (const { value } of kafka
  .consumer({ value: json<Person>() })
  .consumePartition(topic, 0, { from: 'oldest' })) {
  console.log(`read ${value?.name}, who is ${value?.age}`)
  if (++seen === 2) break
}

/** A format of your own is an object with two functions: here degrees, as hundredths in 4 bytes. */
const celsius: Serde<number> = {
  serialize(degrees) {
    if (degrees < -273.15) throw new RangeError(`${degrees} °C is colder than can be`)
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(Math.round(degrees * 100))
    return bytes
  },
  deserialize: bytes => bytes.readInt32BE() / 100,
}
const typed = kafka.producer({ key: string(), value: celsius })
const { offset } = await typed.send({ topic, key: 'cellar', value: 11.5 })
console.log('sent degrees by a serializer')

// What it throws fails the message, and nothing of that is sent.
try {
  await typed.send({ topic, key: 'attic', value: -300 })
} catch (error) {
  if (!(error instanceof SerializationError)) throw error
  console.log(`the ${error.isKey ? 'key' : 'value'} was refused: ${(error.cause as Error).message}`)
}

const temperatures = kafka.consumer({ key: string(), value: celsius })
for await (const { key, value } of temperatures.consumePartition(topic, 0, { from: offset })) {
  console.log(`read ${key}: ${value} °C`)
  break
}

await kafka.close()
