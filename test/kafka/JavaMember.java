import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a consumer group that is Java's client. The argument is a JSON object with its particulars. Prints a line for what
 * befalls it: `assigned 0 1` with all that it has after each rebalance, `read 0 value` with each message. When anything comes in
 * at its standard input it commits, leaves and prints `left`.
 */
public class JavaMember {
  public static void main(String[] args) throws Exception {
    JsonNode task = new ObjectMapper().readTree(args[0]);
    Map<String, Object> config = Map.of(
        "bootstrap.servers", task.get("bootstrap").asText(),
        "group.id", task.get("group").asText(),
        "partition.assignment.strategy", task.get("assignor").asText(),
        "auto.offset.reset", "earliest",
        "enable.auto.commit", "true",
        "heartbeat.interval.ms", "200",
        "session.timeout.ms", "10000");
    try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(task.get("topic").asText()), new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
          var all = new TreeSet<Integer>();
          consumer.assignment().forEach(each -> all.add(each.partition()));
          partitions.forEach(each -> all.add(each.partition()));
          tell("assigned", all.stream().map(String::valueOf).toArray(String[]::new));
        }
      });
      while (System.in.available() == 0) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          tell("read", String.valueOf(record.partition()), record.value());
        }
      }
    }
    tell("left");
  }

  static void tell(String what, String... more) {
    System.out.println((what + " " + String.join(" ", more)).trim());
    System.out.flush();
  }
}
