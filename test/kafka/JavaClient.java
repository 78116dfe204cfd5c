import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Java's client, for what samsa is compared with. The first argument is what to do, the second a JSON object with its
 * particulars; the last line that is printed is the answer as JSON. Bytes are base64, for JSON has no others.
 */
public class JavaClient {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    JsonNode task = JSON.readTree(args[1]);
    Object answer = switch (args[0]) {
      case "write" -> write(task);
      case "read" -> read(task);
      case "transactions" -> transactions(task);
      case "interleaved" -> interleaved(task);
      case "delete-records" -> deleteRecords(task);
      default -> throw new IllegalArgumentException(args[0]);
    };
    System.out.println(JSON.writeValueAsString(answer));
  }

  /** Writes messages, to the partition that each names, or else to the one that the default partitioner picks. */
  static List<Object> write(JsonNode task) throws Exception {
    try (var producer = producer(task, Map.of("compression.type", task.get("compression").asText(), "linger.ms", "50"))) {
      var sent = new ArrayList<Future<RecordMetadata>>();
      for (JsonNode message : task.get("messages")) sent.add(producer.send(toRecord(task, message)));
      var written = new ArrayList<Object>();
      for (var each : sent) {
        var metadata = each.get();
        written.add(Map.of(
            "partition", metadata.partition(),
            "offset", String.valueOf(metadata.offset()),
            "timestamp", metadata.timestamp()));
      }
      return written;
    }
  }

  static ProducerRecord<byte[], byte[]> toRecord(JsonNode task, JsonNode message) throws Exception {
    var headers = new ArrayList<Header>();
    for (JsonNode header : message.withArray("headers")) {
      headers.add(new RecordHeader(header.get(0).asText(), bytes(header.get(1))));
    }
    return new ProducerRecord<>(
        task.get("topic").asText(),
        message.hasNonNull("partition") ? message.get("partition").asInt() : null,
        message.hasNonNull("timestamp") ? message.get("timestamp").asLong() : null,
        bytes(message.get("key")),
        bytes(message.get("value")),
        headers);
  }

  /** Reads a partition from its start until it has `count` messages. */
  static ArrayNode read(JsonNode task) {
    var partition = new TopicPartition(task.get("topic").asText(), task.get("partition").asInt());
    int count = task.get("count").asInt();
    var messages = JSON.createArrayNode();
    var config = config(task, Map.of("check.crcs", "true"));
    try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (messages.size() < count) {
        for (var record : consumer.poll(Duration.ofSeconds(1)).records(partition)) {
          ObjectNode message = messages.addObject();
          message.put("offset", String.valueOf(record.offset()));
          message.put("timestamp", record.timestamp());
          message.put("timestampType", record.timestampType().toString());
          message.put("key", text(record.key()));
          message.put("value", text(record.value()));
          var headers = message.putArray("headers");
          for (Header header : record.headers()) headers.addArray().add(header.key()).add(text(header.value()));
        }
      }
    }
    return messages;
  }

  /**
   * Writes to partition 0: a committed transaction of two messages, an aborted one of one, a message without a
   * transaction, and a committed one of one. Gives the offsets of the messages.
   */
  static Object transactions(JsonNode task) throws Exception {
    var topic = task.get("topic").asText();
    var offsets = new HashMap<String, String>();
    try (var producer = producer(task, Map.of("transactional.id", topic)); var plain = producer(task, Map.of())) {
      producer.initTransactions();
      producer.beginTransaction();
      var first = producer.send(record(topic, "committed 1"));
      var second = producer.send(record(topic, "committed 2"));
      producer.commitTransaction();
      producer.beginTransaction();
      var aborted = producer.send(record(topic, "aborted"));
      producer.flush();
      producer.abortTransaction();
      var outside = plain.send(record(topic, "outside"));
      outside.get();
      producer.beginTransaction();
      var last = producer.send(record(topic, "committed 3"));
      producer.commitTransaction();
      for (var each : Map.of("committed 1", first, "committed 2", second, "aborted", aborted, "outside", outside,
          "committed 3", last).entrySet()) {
        offsets.put(each.getKey(), String.valueOf(each.getValue().get().offset()));
      }
    }
    return offsets;
  }

  /**
   * Writes transactions of several producers, all of them open at the same time, to all partitions; about half of them are
   * aborted. Gives all messages.
   */
  static Object interleaved(JsonNode task) throws Exception {
    var topic = task.get("topic").asText();
    int partitions = task.get("partitions").asInt();
    var random = new Random(42);
    var codecs = List.of("none", "lz4", "gzip");
    var producers = new ArrayList<KafkaProducer<byte[], byte[]>>();
    for (String codec : codecs) {
      producers.add(producer(task, Map.of("transactional.id", topic + codec, "compression.type", codec, "linger.ms", "0")));
    }
    for (var producer : producers) producer.initTransactions();
    var written = new ArrayList<Object>();
    int number = 0;
    for (int round = 0; round < task.get("rounds").asInt(); round++) {
      for (var producer : producers) producer.beginTransaction();
      var sent = new ArrayList<Map<String, Future<RecordMetadata>>>();
      for (var producer : producers) sent.add(new LinkedHashMap<>());
      for (int part = 0; part < 4; part++) {
        for (int i = 0; i < producers.size(); i++) {
          for (int count = random.nextInt(8); count > 0; count--) {
            var value = "message " + number++;
            var record = new ProducerRecord<byte[], byte[]>(topic, random.nextInt(partitions), null, value.getBytes());
            sent.get(i).put(value, producers.get(i).send(record));
          }
          // What was not sent yet would not be written at all by a transaction that is aborted.
          producers.get(i).flush();
        }
      }
      var order = new ArrayList<>(List.of(0, 1, 2));
      Collections.shuffle(order, random);
      for (int i : order) {
        boolean commits = random.nextBoolean();
        if (commits) producers.get(i).commitTransaction();
        else producers.get(i).abortTransaction();
        for (var each : sent.get(i).entrySet()) {
          var metadata = each.getValue().get();
          written.add(Map.of("partition", metadata.partition(), "offset", metadata.offset(), "value", each.getKey(),
              "committed", commits));
        }
      }
    }
    for (var producer : producers) producer.close();
    return written;
  }

  /** Deletes what comes before an offset and gives the offset with which the partition now begins. */
  static Object deleteRecords(JsonNode task) throws Exception {
    var partition = new TopicPartition(task.get("topic").asText(), task.get("partition").asInt());
    try (var admin = Admin.create(config(task, Map.of()))) {
      var before = RecordsToDelete.beforeOffset(task.get("before").asLong());
      var deleted = admin.deleteRecords(Map.of(partition, before)).lowWatermarks().get(partition).get();
      return Map.of("lowWatermark", String.valueOf(deleted.lowWatermark()));
    }
  }

  static ProducerRecord<byte[], byte[]> record(String topic, String value) {
    return new ProducerRecord<>(topic, 0, null, value.getBytes());
  }

  static KafkaProducer<byte[], byte[]> producer(JsonNode task, Map<String, Object> more) {
    return new KafkaProducer<>(config(task, more), new ByteArraySerializer(), new ByteArraySerializer());
  }

  static Map<String, Object> config(JsonNode task, Map<String, Object> more) {
    var config = new HashMap<String, Object>(more);
    config.put("bootstrap.servers", task.get("bootstrap").asText());
    return config;
  }

  static byte[] bytes(JsonNode text) {
    return text == null || text.isNull() ? null : Base64.getDecoder().decode(text.asText());
  }

  static String text(byte[] bytes) {
    return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
  }
}
