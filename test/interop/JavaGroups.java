import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Java's client in groups, in transactions and with a password. The first argument is what to do, the second a JSON object
 * with its particulars; the last line that is printed is the answer as JSON.
 */
public class JavaGroups {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Duration SOON = Duration.ofMillis(50);

  public static void main(String[] args) throws Exception {
    JsonNode task = JSON.readTree(args[1]);
    Object answer = switch (args[0]) {
      case "groups" -> groups(task);
      case "transactions" -> transactions(task);
      case "fenced" -> fenced(task);
      case "hanging" -> hanging(task);
      case "passwords" -> passwords(task);
      default -> throw new IllegalArgumentException(args[0]);
    };
    System.out.println(JSON.writeValueAsString(answer));
  }

  /**
   * For each assignor a group of its own, of two members, with a topic of its own with `partitions`: when each has its half,
   * `values` are written. Gives what they read and committed, and what an administrator sees of it. In the end one leaves,
   * and the other gets all.
   */
  static Object groups(JsonNode task) throws Exception {
    var results = new TreeMap<String, Object>();
    for (var each : task.get("topics").properties()) {
      results.put(each.getKey(), group(task, each.getKey(), each.getValue().asText()));
    }
    return results;
  }

  static Object group(JsonNode task, String assignor, String topic) throws Exception {
    int half = task.get("partitions").asInt() / 2;
    var group = assignor.substring(assignor.lastIndexOf('.') + 1);
    var result = new HashMap<String, Object>();
    var read = new TreeSet<String>();
    try (var first = consumer(task, group, assignor, Map.of()); var admin = Admin.create(config(task, Map.of()))) {
      first.subscribe(List.of(topic));
      try (var second = consumer(task, group, assignor, Map.of())) {
        second.subscribe(List.of(topic));
        while (first.assignment().size() != half || second.assignment().size() != half) poll(read, first, second);
        try (var producer = producer(task, Map.of())) {
          int written = 0;
          for (JsonNode value : task.get("values")) {
            producer.send(new ProducerRecord<>(topic, written++ % (2 * half), null, value.asText()));
          }
        }
        while (read.size() < task.get("values").size()) poll(read, first, second);
        var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        result.put("state", described.groupState().toString());
        result.put("assignor", described.partitionAssignor());
        result.put("members", described.members().size());
        first.commitSync();
        second.commitSync();
      }
      while (first.assignment().size() != 2 * half) poll(read, first);
      result.put("read", read);
    }
    try (var admin = Admin.create(config(task, Map.of()))) {
      long committed = 0;
      var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      for (OffsetAndMetadata each : offsets.values()) committed += each.offset();
      result.put("committed", committed);
      admin.deleteConsumerGroupOffsets(group, offsets.keySet()).all().get();
      result.put("left", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().size());
      admin.deleteConsumerGroups(List.of(group)).all().get();
    }
    return result;
  }

  @SafeVarargs
  static void poll(TreeSet<String> read, KafkaConsumer<String, String>... consumers) {
    for (var consumer : consumers) for (ConsumerRecord<String, String> each : consumer.poll(SOON)) read.add(each.value());
  }

  /**
   * Reads the topic `from` in a group and writes what it reads to the topic `to`, each message in a transaction with its
   * offset, of which every second is aborted. Gives what a reader of what is committed sees, the offset that is committed,
   * and what an administrator saw of a transaction.
   */
  static Object transactions(JsonNode task) throws Exception {
    var from = new TopicPartition(task.get("from").asText(), 0);
    var to = task.get("to").asText();
    var result = new HashMap<String, Object>();
    var config = Map.<String, Object>of("transactional.id", "till");
    try (var producer = producer(task, config);
        var consumer = consumer(task, "transformers", null, Map.of("max.poll.records", "1"));
        var admin = Admin.create(config(task, Map.of()))) {
      producer.initTransactions();
      consumer.subscribe(List.of(from.topic()));
      for (int done = 0; done < task.get("count").asInt();) {
        for (var record : consumer.poll(SOON)) {
          producer.beginTransaction();
          producer.send(new ProducerRecord<>(to, record.value()));
          var offset = Map.of(from, new OffsetAndMetadata(record.offset() + 1));
          producer.sendOffsetsToTransaction(offset, consumer.groupMetadata());
          if (done == 0) {
            var listed = admin.listTransactions(new ListTransactionsOptions()).all().get();
            result.put("open", listed.iterator().next().state().toString());
            var described = admin.describeTransactions(List.of("till")).description("till").get();
            var topics = new TreeSet<String>();
            for (TopicPartition each : described.topicPartitions()) topics.add(each.topic());
            result.put("topics", topics);
          }
          // What was not sent yet would only be thrown away by an abort.
          producer.flush();
          if (done++ % 2 == 0) producer.commitTransaction();
          else producer.abortTransaction();
        }
      }
      result.put("committed", consumer.committed(java.util.Set.of(from)).get(from).offset());
    }
    var seen = new ArrayList<String>();
    var committedOnly = Map.<String, Object>of("isolation.level", "read_committed");
    try (var consumer = consumer(task, "readers", null, committedOnly)) {
      var partition = new TopicPartition(to, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) for (var each : consumer.poll(SOON)) seen.add(each.value());
    }
    result.put("seen", seen);
    return result;
  }

  /** Two producers with one transactional id: the first leaves a transaction open, the second goes on. */
  static Object fenced(JsonNode task) throws Exception {
    var to = task.get("to").asText();
    var config = Map.<String, Object>of("transactional.id", "till");
    try (var first = producer(task, config); var second = producer(task, config)) {
      first.initTransactions();
      first.beginTransaction();
      first.send(new ProducerRecord<>(to, "left open")).get();
      second.initTransactions();
      second.beginTransaction();
      second.send(new ProducerRecord<>(to, "done"));
      second.commitTransaction();
      try {
        first.commitTransaction();
        return Map.of("error", "none");
      } catch (Exception error) {
        first.close(Duration.ZERO);
        return Map.of("error", error.getClass().getSimpleName());
      }
    }
  }

  /** A producer leaves a transaction open, and an administrator finds and aborts it. Gives where it began, before and after. */
  static Object hanging(JsonNode task) throws Exception {
    var partition = new TopicPartition(task.get("to").asText(), 0);
    try (var producer = producer(task, Map.of("transactional.id", "till"));
        var admin = Admin.create(config(task, Map.of()))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(partition.topic(), 0, null, "left open")).get();
      var before = onlyProducer(admin, partition);
      var coordinatorEpoch = before.coordinatorEpoch().orElse(-1);
      var spec = new AbortTransactionSpec(
          partition, before.producerId(), (short) before.producerEpoch(), coordinatorEpoch);
      admin.abortTransaction(spec).all().get();
      var after = onlyProducer(admin, partition);
      producer.close(Duration.ZERO);
      return Map.of(
          "before", before.currentTransactionStartOffset().orElse(-1),
          "after", after.currentTransactionStartOffset().orElse(-1));
    }
  }

  static ProducerState onlyProducer(Admin admin, TopicPartition partition) throws Exception {
    var producers = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers();
    return producers.get(0);
  }

  /** Looks at the cluster by each mechanism, with the right password and a wrong one. */
  static Object passwords(JsonNode task) throws Exception {
    var results = new TreeMap<String, List<String>>();
    for (JsonNode mechanism : task.get("mechanisms")) {
      var outcomes = new ArrayList<String>();
      for (String password : List.of(task.get("password").asText(), "wrong")) {
        var module = mechanism.asText().equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        var login = "org.apache.kafka.common.security." + module + " required username=\"" + task.get("user").asText()
            + "\" password=\"" + password + "\";";
        var config = Map.<String, Object>of("security.protocol", "SASL_PLAINTEXT", "sasl.mechanism",
            mechanism.asText(), "sasl.jaas.config", login);
        try (var admin = Admin.create(config(task, config))) {
          outcomes.add(String.valueOf(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS).size()));
        } catch (Exception error) {
          outcomes.add(error.getCause().getClass().getSimpleName());
        }
      }
      results.put(mechanism.asText(), outcomes);
    }
    return results;
  }

  static KafkaConsumer<String, String> consumer(
      JsonNode task, String group, String assignor, Map<String, Object> more) {
    var config = new HashMap<String, Object>(more);
    config.put("group.id", group);
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", "false");
    config.put("heartbeat.interval.ms", "50");
    config.put("fetch.max.wait.ms", "50");
    if (assignor != null) config.put("partition.assignment.strategy", assignor);
    return new KafkaConsumer<>(config(task, config), new StringDeserializer(), new StringDeserializer());
  }

  static KafkaProducer<String, String> producer(JsonNode task, Map<String, Object> more) {
    return new KafkaProducer<>(config(task, more), new StringSerializer(), new StringSerializer());
  }

  static Map<String, Object> config(JsonNode task, Map<String, Object> more) {
    var config = new HashMap<String, Object>(more);
    config.put("bootstrap.servers", task.get("bootstrap").asText());
    return config;
  }
}
