import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Java's producer, doing what produce/child.ts does. */
public class Produce {
  static KafkaProducer<byte[], byte[]> producer;
  static String topic;
  static byte[][] values;
  static volatile Exception failure;

  public static void main(String[] args) throws Exception {
    JsonNode task = Yardstick.task(args);
    topic = task.get("topic").asText();
    values = cut(Files.readAllBytes(Path.of(task.get("valuesFile").asText())), task.get("valueBytes").asInt());
    var report = Yardstick.newReport();
    producer = connect(task);
    if (task.get("load").asText().equals("latency")) latency(task, report);
    else throughput(task, report);
    producer.close();
    if (failure != null) throw failure;
    Yardstick.tell(report);
  }

  static KafkaProducer<byte[], byte[]> connect(JsonNode task) {
    return new KafkaProducer<>(Map.of(
        "bootstrap.servers", Yardstick.brokers(task),
        "acks", "-1",
        "compression.type", task.get("compression").asText(),
        "batch.size", 256 << 10,
        "buffer.memory", 64 << 20,
        "linger.ms", task.get("load").asText().equals("latency") ? 0 : 5,
        "key.serializer", ByteArraySerializer.class,
        "value.serializer", ByteArraySerializer.class));
  }

  static void throughput(JsonNode task, Map<String, Object> report) {
    int count = 5_000;
    sendMany(count);
    long warmedUp = count;
    double perMs = 0;
    for (double spentMs = 0, tookMs = 0; spentMs < task.get("warmUpMs").asDouble() || tookMs < 600; ) {
      if (tookMs < 600) count *= 2;
      tookMs = sendMany(count) / 1e6;
      warmedUp += count;
      spentMs += tookMs;
      perMs = count / tookMs;
    }
    int messages = (int) Math.min(task.get("maxMessages").asInt(), perMs * task.get("measureMs").asDouble());
    long cpu = Yardstick.cpuNanos();
    long nanos = sendMany(messages);
    Yardstick.put(report, messages, warmedUp + messages, nanos, Yardstick.cpuNanos() - cpu);
  }

  static long sendMany(int count) {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>(topic, values[i % values.length]), (metadata, error) -> {
        if (error != null) failure = error;
      });
    }
    producer.flush();
    return System.nanoTime() - start;
  }

  static void latency(JsonNode task, Map<String, Object> report) throws Exception {
    int loops = task.get("loops").asInt();
    long warmedUp = sendFor(loops, task.get("warmUpMs").asLong()).length;
    long cpu = Yardstick.cpuNanos();
    long start = System.nanoTime();
    long[] latencies = sendFor(loops, task.get("measureMs").asLong());
    long nanos = System.nanoTime() - start;
    Yardstick.put(report, latencies.length, warmedUp + latencies.length, nanos, Yardstick.cpuNanos() - cpu);
    Yardstick.putLatencies(report, latencies);
  }

  static long[] sendFor(int loops, long durationMs) throws Exception {
    long end = System.nanoTime() + durationMs * 1_000_000;
    var threads = Executors.newFixedThreadPool(loops);
    var running = new ArrayList<Future<ArrayList<Long>>>();
    for (int i = 0; i < loops; i++) {
      running.add(threads.submit(() -> {
        var latencies = new ArrayList<Long>();
        for (long sent = System.nanoTime(); sent < end; ) {
          producer.send(new ProducerRecord<>(topic, values[latencies.size() % values.length])).get();
          long acknowledged = System.nanoTime();
          latencies.add(acknowledged - sent);
          sent = acknowledged;
        }
        return latencies;
      }));
    }
    var all = new ArrayList<Long>();
    for (var each : running) all.addAll(each.get());
    threads.shutdown();
    return all.stream().mapToLong(Long::longValue).toArray();
  }

  static byte[][] cut(byte[] bytes, int size) {
    var cut = new byte[bytes.length / size][];
    for (int i = 0; i < cut.length; i++) cut[i] = Arrays.copyOfRange(bytes, i * size, (i + 1) * size);
    return cut;
  }
}
