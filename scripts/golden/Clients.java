import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Java's producers and consumers at work, to be recorded. Each has a client id that tells what it is about. The arguments are the
 * bootstrap addresses of the plain listener and of the one with SASL, and the password of alice.
 */
public class Clients {
  static final long TIMESTAMP = 1_700_000_000_000L;
  static String plain;
  static String sasl;
  static String password;

  interface Step {
    void run() throws Exception;
  }

  /** Runs a step; a failure, which often is what is to be recorded, is printed. */
  static void attempt(String name, Step step) {
    try {
      step.run();
    } catch (Exception e) {
      System.out.println(name + ": " + (e.getCause() == null ? e : e.getCause()));
    }
  }

  public static void main(String[] args) throws Exception {
    plain = args[0];
    sasl = args[1];
    password = args[2];
    createTopics();
    for (var codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      attempt(codec, () -> produce("producer-" + codec, "golden-" + codec, Map.of("compression.type", codec)));
      attempt(codec, () -> read("consumer-" + codec, "golden-" + codec, 5));
    }
    attempt("append time", () -> produce("producer-append-time", "golden-append-time", Map.of("compression.type", "gzip")));
    attempt("append time", () -> read("consumer-append-time", "golden-append-time", 5));
    attempt("plain producer", () -> produce("producer-not-idempotent", "golden-none", Map.of("enable.idempotence", "false", "acks", "1")));
    attempt("unknown topic", () -> produce("producer-unknown-topic", "no-such-topic", Map.of("max.block.ms", "300")));
    attempt("transactions", Clients::transactions);
    attempt("classic group", () -> group("member-range", Map.of("group.id", "golden-range")));
    attempt("static member", () -> group("member-static",
        Map.of("group.id", "golden-static", "group.instance.id", "instance-1", "partition.assignment.strategy",
            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor")));
    attempt("consumer group", () -> group("member-848", Map.of("group.id", "golden-848", "group.protocol", "consumer")));
    attempt("two members", Clients::twoMembers);
    attempt("SASL", Clients::withSasl);
  }

  static void createTopics() throws Exception {
    var keep = Map.of("retention.ms", "-1");
    try (var admin = Admin.create(config("admin-topics", Map.of()))) {
      var topics = new ArrayList<NewTopic>();
      for (var name : List.of("none", "gzip", "snappy", "lz4", "zstd", "transactions", "denied")) {
        topics.add(new NewTopic("golden-" + name, 1, (short) 1).configs(keep));
      }
      topics.add(new NewTopic("golden-append-time", 1, (short) 1)
          .configs(Map.of("retention.ms", "-1", "message.timestamp.type", "LogAppendTime")));
      admin.createTopics(topics).all().get();
    }
  }

  /** The five messages that tests know: nulls and empties, repetition for codecs, more than ASCII, and headers. */
  static void produce(String clientId, String topic, Map<String, Object> more) throws Exception {
    var config = new HashMap<>(more);
    config.put("linger.ms", "100");
    try (var producer = producer(clientId, config)) {
      var messages = List.of(
          record(topic, 0, "key-0", "value-0",
              new RecordHeader("a", bytes("1")), new RecordHeader("a", (byte[]) null), new RecordHeader("", bytes(""))),
          record(topic, 1, null, "v".repeat(200)),
          record(topic, 2, "", null),
          record(topic, 3, "key-3", ""),
          record(topic, 4, "ключ", "значение"));
      var sent = messages.stream().map(producer::send).toList();
      for (var each : sent) each.get();
    }
  }

  static ProducerRecord<byte[], byte[]> record(String topic, int i, String key, String value, Header... headers) {
    return new ProducerRecord<>(topic, 0, TIMESTAMP + i * 1000, bytes(key), bytes(value), List.of(headers));
  }

  static void read(String clientId, String topic, int count) {
    var partition = new TopicPartition(topic, 0);
    try (var consumer = consumer(clientId, Map.of("client.rack", "rack-a"))) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      poll(consumer, count);
      consumer.endOffsets(List.of(partition));
      consumer.offsetsForTimes(Map.of(partition, TIMESTAMP + 1000));
    }
  }

  static void poll(Consumer<byte[], byte[]> consumer, int count) {
    long end = System.currentTimeMillis() + 15_000;
    for (int read = 0; read < count && System.currentTimeMillis() < end;) read += consumer.poll(Duration.ofMillis(200)).count();
  }

  /** A committed transaction with offsets, an aborted one, and a producer that is fenced. */
  static void transactions() throws Exception {
    var topic = "golden-transactions";
    try (var producer = producer("producer-transactional", Map.of("transactional.id", "golden-transactional"))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record(topic, 0, "committed", "1"));
      producer.send(record(topic, 1, "committed", "2"));
      try (var consumer = consumer("member-in-transaction", Map.of("group.id", "golden-in-transaction"))) {
        consumer.subscribe(List.of("golden-none"));
        poll(consumer, 1);
        var offsets = Map.of(new TopicPartition("golden-none", 0), new OffsetAndMetadata(2, "meta"));
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
      }
      producer.beginTransaction();
      producer.send(record(topic, 2, "aborted", "3")).get();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(record(topic, 3, "committed", "4"));
      producer.commitTransaction();
      attempt("fenced", () -> {
        producer.beginTransaction();
        producer.send(record(topic, 4, "never", "committed")).get();
        try (var other = producer("producer-that-fences", Map.of("transactional.id", "golden-transactional"))) {
          other.initTransactions();
        }
        producer.commitTransaction();
      });
    }
    read("consumer-uncommitted", topic, 4);
    var partition = new TopicPartition(topic, 0);
    try (var consumer = consumer("consumer-committed", Map.of("isolation.level", "read_committed"))) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      poll(consumer, 3);
      consumer.endOffsets(List.of(partition));
    }
    // Beyond the end: the broker says that there is no such offset.
    try (var consumer = consumer("consumer-out-of-range", Map.of("auto.offset.reset", "none"))) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 9999);
      consumer.poll(Duration.ofSeconds(1));
    } catch (Exception e) {
      System.out.println("out of range: " + e);
    }
  }

  static void group(String clientId, Map<String, Object> more) {
    try (var consumer = consumer(clientId, more)) {
      consumer.subscribe(List.of("golden-gzip", "golden-zstd"));
      poll(consumer, 10);
      consumer.commitSync();
      var partition = new TopicPartition("golden-gzip", 0);
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3, java.util.Optional.of(0), "with metadata")));
      consumer.committed(Set.of(partition, new TopicPartition("golden-lz4", 0)));
      // Long enough for a heartbeat.
      poll(consumer, 0);
      long end = System.currentTimeMillis() + 1500;
      while (System.currentTimeMillis() < end) consumer.poll(Duration.ofMillis(100));
    }
  }

  /** A second member joins, by a pattern, and both leave: rebalances of the cooperative kind. */
  static void twoMembers() {
    Map<String, Object> both = Map.of("group.id", "golden-two", "partition.assignment.strategy",
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    try (var first = consumer("member-one-of-two", both); var second = consumer("member-two-of-two", both)) {
      first.subscribe(Pattern.compile("golden-(gzip|zstd)"));
      poll(first, 10);
      second.subscribe(List.of("golden-gzip", "golden-zstd"));
      long end = System.currentTimeMillis() + 4000;
      while (System.currentTimeMillis() < end && second.assignment().isEmpty()) {
        first.poll(Duration.ofMillis(50));
        second.poll(Duration.ofMillis(50));
      }
    }
  }

  /** Each mechanism, a password that is wrong, and a topic that alice may not touch. */
  static void withSasl() throws Exception {
    for (var mechanism : List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")) {
      attempt(mechanism, () -> produce("producer-" + mechanism.toLowerCase(), "golden-none", as(mechanism, password)));
    }
    for (var mechanism : List.of("PLAIN", "SCRAM-SHA-256")) {
      attempt("wrong password", () -> produce("producer-wrong-password", "golden-none", as(mechanism, "wrong")));
    }
    attempt("denied", () -> produce("producer-denied", "golden-denied", as("PLAIN", password)));
  }

  static Map<String, Object> as(String mechanism, String secret) {
    var module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    return Map.of("bootstrap.servers", sasl, "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", mechanism,
        "max.block.ms", "5000", "sasl.jaas.config", "org.apache.kafka.common.security." + module
            + " required username=\"alice\" password=\"" + secret + "\";");
  }

  static Producer<byte[], byte[]> producer(String clientId, Map<String, Object> more) {
    return new KafkaProducer<>(config(clientId, more), new ByteArraySerializer(), new ByteArraySerializer());
  }

  static Consumer<byte[], byte[]> consumer(String clientId, Map<String, Object> more) {
    var config = new HashMap<String, Object>(Map.of("auto.offset.reset", "earliest", "enable.auto.commit", "false"));
    // Not known to consumers of the protocol that lets the broker do it.
    if (!more.containsKey("group.protocol")) config.put("heartbeat.interval.ms", "500");
    config.putAll(more);
    return new KafkaConsumer<>(config(clientId, config), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  static Map<String, Object> config(String clientId, Map<String, Object> more) {
    var config = new HashMap<String, Object>(Map.of("bootstrap.servers", plain, "client.id", clientId));
    config.putAll(more);
    return config;
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
