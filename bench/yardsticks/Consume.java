import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Java's consumer, doing what consume/child.ts does. */
public class Consume {
  static final Duration POLL = Duration.ofMillis(500);

  static KafkaConsumer<byte[], byte[]> consumer;
  static long messages;
  static long bytes;

  public static void main(String[] args) throws Exception {
    JsonNode task = Yardstick.task(args);
    var report = Yardstick.newReport();
    consumer = connect(task);
    switch (task.get("load").asText()) {
      case "latency" -> latency(task, report);
      case "idle" -> idle(task, report);
      default -> throughput(task, report);
    }
    Yardstick.tell(report);
    consumer.close();
  }

  static KafkaConsumer<byte[], byte[]> connect(JsonNode task) {
    var consumer = new KafkaConsumer<byte[], byte[]>(Map.of(
        "bootstrap.servers", Yardstick.brokers(task),
        "key.deserializer", ByteArrayDeserializer.class,
        "value.deserializer", ByteArrayDeserializer.class));
    var partitions = new ArrayList<TopicPartition>();
    for (int i = 0; i < task.get("partitions").asInt(); i++) {
      partitions.add(new TopicPartition(task.get("topic").asText(), i));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  static void throughput(JsonNode task, Map<String, Object> report) {
    readUntil(task.get("warmUpMessages").asLong(), Long.MAX_VALUE);
    long before = messages;
    long cpu = Yardstick.cpuNanos();
    long start = System.nanoTime();
    readUntil(task.get("messages").asLong(), start + task.get("measureMs").asLong() * 1_000_000);
    long nanos = System.nanoTime() - start;
    Yardstick.put(report, messages - before, messages, nanos, Yardstick.cpuNanos() - cpu);
    if (bytes != messages * task.get("valueBytes").asLong()) throw new IllegalStateException("bytes are missing");
  }

  static void readUntil(long count, long endNanos) {
    while (messages < count && System.nanoTime() < endNanos) {
      for (var each : consumer.poll(POLL)) {
        messages++;
        bytes += each.value().length;
      }
    }
  }

  static void latency(JsonNode task, Map<String, Object> report) {
    int warmUp = task.get("warmUpMessages").asInt();
    var latencies = new long[task.get("messages").asInt() - warmUp];
    long cpu = 0;
    long start = 0;
    for (int seen = 0; seen < warmUp + latencies.length; ) {
      for (var each : consumer.poll(POLL)) {
        long now = System.nanoTime();
        if (seen == warmUp) {
          cpu = Yardstick.cpuNanos();
          start = now;
        }
        if (seen >= warmUp && seen < warmUp + latencies.length) latencies[seen - warmUp] = now - sentAt(each.value());
        seen++;
      }
    }
    long nanos = System.nanoTime() - start;
    Yardstick.put(report, latencies.length, warmUp + latencies.length, nanos, Yardstick.cpuNanos() - cpu);
    Yardstick.putLatencies(report, latencies);
  }

  /** A message begins with the digits of the microsecond in which it was sent. */
  static long sentAt(byte[] value) {
    long micros = 0;
    for (int i = 0; i < 16; i++) micros = micros * 10 + (value[i] - '0');
    return micros * 1000;
  }

  static void idle(JsonNode task, Map<String, Object> report) {
    pollFor(task.get("warmUpMs").asLong());
    long cpu = Yardstick.cpuNanos();
    long start = System.nanoTime();
    pollFor(task.get("measureMs").asLong());
    Yardstick.put(report, 0, 0, System.nanoTime() - start, Yardstick.cpuNanos() - cpu);
  }

  static void pollFor(long ms) {
    for (long end = System.nanoTime() + ms * 1_000_000; System.nanoTime() < end; ) consumer.poll(POLL);
  }
}
