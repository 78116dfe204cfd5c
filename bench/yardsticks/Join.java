import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Java's consumer, doing what group/join.ts does. */
public class Join {
  static JsonNode task;

  public static void main(String[] args) throws Exception {
    task = Yardstick.task(args);
    var report = Yardstick.newReport();
    int partitions = task.get("partitions").asInt();
    long heartbeatMs = task.get("heartbeatIntervalMs").asLong();
    var first = new Member();
    var millis = new ArrayList<Double>();
    for (int round = 0; round < task.get("rounds").asInt(); round++) {
      while (first.count != partitions) Thread.sleep(1);
      Thread.sleep((long) (Math.random() * heartbeatMs));
      long before = System.nanoTime();
      var second = new Member();
      while (first.count != partitions / 2 || second.count != partitions / 2) Thread.sleep(1);
      millis.add((System.nanoTime() - before) / 1e6);
      second.close();
    }
    first.close();
    report.put("millis", millis);
    Yardstick.tell(report);
  }

  /** A consumer that polls in a thread of its own. */
  static class Member implements ConsumerRebalanceListener {
    volatile int count;
    private volatile boolean isClosed;
    private final Thread thread = new Thread(this::run);

    Member() {
      thread.start();
    }

    void close() throws InterruptedException {
      isClosed = true;
      thread.join();
    }

    private void run() {
      Map<String, Object> config = Map.of(
          "bootstrap.servers", Yardstick.brokers(task),
          "group.id", "joined-java-" + ProcessHandle.current().pid(),
          "heartbeat.interval.ms", task.get("heartbeatIntervalMs").asText(),
          "key.deserializer", ByteArrayDeserializer.class,
          "value.deserializer", ByteArrayDeserializer.class);
      try (var consumer = new KafkaConsumer<byte[], byte[]>(config)) {
        consumer.subscribe(List.of(task.get("topic").asText()), this);
        while (!isClosed) consumer.poll(Duration.ofMillis(100));
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      count += partitions.size();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      count -= partitions.size();
    }
  }
}
