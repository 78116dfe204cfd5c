/**
 * Sends objects in a binary format of their own, by an Encoder and by a serializer, and reads them back.
 *
 *     npx tsx scripts/with-kafka.ts examples/custom-encoder.ts           a Kafka of its own, started for the occasion
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/custom-encoder.ts    a Kafka that runs already
 */
import { type Encoder, Kafka, SerializationError, type Serializer, string } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'custom-encoder' })

const topic = `custom-encoder-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error

/** What a thermometer says: a sensor's number in 2 bytes, then hundredths of a degree in 4. */
class Reading implements Encoder {
  readonly sensor: number
  readonly celsius: number

  constructor(sensor: number, celsius: number) {
    this.sensor = sensor
    this.celsius = celsius
  }

  // Called once, when the message is given to the producer. It may also make a string, which is sent as UTF-8.
  encode(): Uint8Array {
    const bytes = Buffer.alloc(6)
    bytes.writeUInt16BE(this.sensor)
    bytes.writeInt32BE(Math.round(this.celsius * 100), 2)
    return bytes
  }

  static decode(bytes: Buffer): Reading {
    return new Reading(bytes.readUInt16BE(), bytes.readInt32BE(2) / 100)
  }
}

// An Encoder makes its own bytes: any producer takes it, as a key, a value or a header.
const plain = kafka.producer()
await plain.send({ topic, key: 'kitchen', value: new Reading(7, 21.5) })
console.log('sent a reading that encodes itself')

// A serializer makes the bytes of all values of one producer, whose type they then have to be.
const fahrenheit: Serializer<number> = {
  serialize(degrees) {
    if (degrees < -459.67) throw new RangeError(`${degrees} °F is colder than can be`)
    return new Reading(8, (degrees - 32) / 1.8).encode()
  },
}
const typed = kafka.producer({ key: string(), value: fahrenheit })
await typed.send({ topic, key: 'cellar', value: 50 })
console.log('sent a reading by a serializer')

// What it throws fails the message, and nothing of that is sent.
try {
  await typed.send({ topic, key: 'attic', value: -500 })
} catch (error) {
  if (!(error instanceof SerializationError)) throw error
  console.log(`the ${error.isKey ? 'key' : 'value'} was refused: ${(error.cause as Error).message}`)
}

let seen = 0
for await (const { key, value } of kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })) {
  const { sensor, celsius } = Reading.decode(value!)
  console.log(`read ${key}: sensor ${sensor} says ${celsius} °C, in ${value!.length} bytes`)
  if (++seen === 2) break
}

await kafka.close()
