import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What Java's clients can do since Kafka 4, to be recorded; see Clients for the arguments. */
public class NewerClients {
  static final String GROUP = "golden-share";

  public static void main(String[] args) throws Exception {
    Clients.plain = args[0];
    Clients.sasl = args[1];
    Clients.password = args[2];
    try (var admin = Admin.create(Clients.config("admin-newer", Map.of()))) {
      Clients.attempt("pattern", () -> pattern());
      Clients.attempt("earliest", () -> admin.incrementalAlterConfigs(Map.of(
          new ConfigResource(ConfigResource.Type.GROUP, GROUP),
          List.<AlterConfigOp>of(new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
          .all().get());
      Clients.attempt("share", () -> share(admin));
      var partition = new TopicPartition("golden-none", 0);
      Clients.attempt("groups", () -> admin.listGroups().all().get());
      Clients.attempt("share offsets", () -> admin.listShareGroupOffsets(Map.of(GROUP, new ListShareGroupOffsetsSpec())).all().get());
      Clients.attempt("alter", () -> admin.alterShareGroupOffsets(GROUP, Map.of(partition, 1L)).all().get());
      Clients.attempt("delete offsets", () -> admin.deleteShareGroupOffsets(GROUP, Set.of("golden-none")).all().get());
      Clients.attempt("delete", () -> admin.deleteShareGroups(List.of(GROUP)).all().get());
      Clients.attempt("resources", () -> admin.listConfigResources().all().get());
      Clients.attempt("streams", () -> admin.describeStreamsGroups(List.of("no-such-group")).all().get());
    }
  }

  static void pattern() {
    try (var consumer = Clients.consumer("member-848-pattern", Map.of("group.id", "golden-pattern", "group.protocol", "consumer"))) {
      consumer.subscribe(new SubscriptionPattern("golden-(gzip|zstd)"));
      Clients.poll(consumer, 10);
    }
  }

  static void share(Admin admin) throws Exception {
    var config = new HashMap<String, Object>(Clients.config("share-consumer",
        Map.of("group.id", GROUP, "share.acknowledgement.mode", "explicit")));
    try (var consumer = new KafkaShareConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("golden-none"));
      long end = System.currentTimeMillis() + 15_000;
      int seen = 0;
      while (seen < 5 && System.currentTimeMillis() < end) {
        for (var record : consumer.poll(Duration.ofMillis(300))) {
          seen++;
          consumer.acknowledge(record, seen == 2 ? AcknowledgeType.RELEASE : seen == 3 ? AcknowledgeType.REJECT : AcknowledgeType.ACCEPT);
        }
        consumer.commitSync();
      }
      admin.describeShareGroups(List.of(GROUP)).all().get();
    }
  }
}
